import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { ServiceError } from '@instgenie/domain';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { decodePicture } from './decode.ts';
import { encodePicture } from './encode.ts';
import { pictureOf, pngChunk, pngFile, raw, refused } from './testing.ts';

const colours = pictureOf(2, [
  [255, 0, 0],
  [10, 200, 30],
  [128, 128, 128],
  [1, 2, 3],
]);

const text = (start: string) => Buffer.from(start, 'latin1');
const frames = () => Promise.all([raw(colours).png().toBuffer(), raw(colours).negate().png().toBuffer()]);

suite('only still png, jpeg and webp files are read', () => {
  const rows: { name: string; bytes: () => Promise<Uint8Array> | Uint8Array; want: RegExp }[] = [
    { name: 'no bytes', bytes: () => new Uint8Array(0), want: /it is empty; send a png/ },
    { name: 'one byte', bytes: () => new Uint8Array(1), want: /not a picture; send a png, jpeg or webp/ },
    { name: 'a letter', bytes: () => text('Dear reader'), want: /not a picture/ },
    {
      name: 'SVG',
      bytes: () => text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      want: /an SVG/,
    },
    { name: 'SVG after a prologue', bytes: () => text('\xef\xbb\xbf<?xml version="1.0"?>\n<svg/>'), want: /an SVG/ },
    { name: 'GIF', bytes: () => raw(colours).gif().toBuffer(), want: /a GIF/ },
    { name: 'TIFF', bytes: () => raw(colours).tiff().toBuffer(), want: /a TIFF/ },
    { name: 'AVIF', bytes: () => text('\0\0\0\x20ftypavif'), want: /an AVIF/ },
    { name: 'HEIF', bytes: () => text('\0\0\0\x20ftypheic'), want: /a HEIF/ },
    { name: 'PDF', bytes: () => text('%PDF-1.7'), want: /a PDF/ },
    { name: 'BMP', bytes: () => text('BM\0\0'), want: /a BMP/ },
    { name: 'a jpeg without a frame', bytes: () => text('\xff\xd8\xff\xd9'), want: /a damaged jpeg/ },
    {
      name: 'animated webp',
      bytes: async () =>
        sharp(await frames(), { join: { animated: true } })
          .webp()
          .toBuffer(),
      want: /an animated webp; send one still picture/,
    },
    {
      name: 'animated png',
      bytes: () => pngFile({ width: 2, height: 2, extra: [pngChunk('acTL', Buffer.alloc(8))] }),
      want: /an animated png/,
    },
  ];
  for (const { name, bytes, want } of rows) {
    test(`${name}: refused by name`, async () => {
      await assert.rejects(decodePicture(await bytes()), refused('image', want));
    });
  }

  test('a loader that is not allowed is closed to the whole process', async () => {
    await assert.rejects(
      sharp(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')).toBuffer(),
    );
    await assert.rejects(sharp(await raw(colours).tiff().toBuffer()).toBuffer());
  });
});

suite('damaged files', () => {
  const noise = Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => crc32(Uint8Array.of(at & 255, at >> 8)) & 255);
  const files = new Map<string, Promise<Uint8Array>>();
  for (const format of ['png', 'jpeg', 'webp'] as const) {
    files.set(format, encodePicture({ width: 32, height: 32, channels: 3, data: noise }, format));
  }

  for (const [format, file] of files) {
    test(`a ${format} that was cut short is refused`, async () => {
      const bytes = await file;
      for (const share of [0.02, 0.2, 0.5, 0.9, 0.99]) {
        const cut = bytes.subarray(0, Math.floor(bytes.length * share));
        await assert.rejects(decodePicture(cut), refused('image', /damaged|cut short|not a picture/));
      }
    });

    test(`a ${format} with random damage is a picture or a refusal, never another error`, async () => {
      const bytes = await file;
      const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(damage, fc.boolean(), async (changes, isHeader) => {
          const damaged = Uint8Array.from(bytes);
          for (const [at, value] of changes) damaged[isHeader ? at % 64 : at] = value;
          const result = await decodePicture(damaged, { pixelsMax: 100_000 }).catch((thrown: unknown) => thrown);
          if (result instanceof Error) assert.ok(result instanceof ServiceError && result.code === 'invalid', result);
        }),
        { numRuns: 150 },
      );
    });
  }

  test('damage is told with what to do about it', async () => {
    const png = Buffer.from(await raw(colours).png().toBuffer());
    const pixels = png.indexOf('IDAT') + 8;
    png[pixels] = (png[pixels] ?? 0) ^ 0xff;
    await assert.rejects(decodePicture(png), refused('image', /png is damaged or cut short.*; save it again/));
  });
});
