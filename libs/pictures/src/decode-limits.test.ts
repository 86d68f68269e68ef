import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createDeflate } from 'node:zlib';
import type { Picture } from '@instgenie/domain';
import sharp from 'sharp';
import { decodePicture } from './decode.ts';
import { encodePicture } from './encode.ts';
import { pictureOf, plainPicture, pngChunk, pngFile, raw, refused } from './testing.ts';

const colours = pictureOf(2, [
  [255, 0, 0],
  [10, 200, 30],
]);
const seeThrough = pictureOf(2, [
  [255, 0, 0, 255],
  [10, 200, 30, 0],
]);

/** Zeros, deflated without ever being in memory. */
async function deflatedZeros(megabytes: number): Promise<Buffer> {
  const deflate = createDeflate({ level: 9 });
  const megabyte = Buffer.alloc(1_000_000);
  async function write() {
    for (let written = 0; written < megabytes; written++) {
      await new Promise((resolve) => deflate.write(megabyte, resolve));
    }
    deflate.end();
  }
  const [parts] = await Promise.all([deflate.toArray(), write()]);
  return Buffer.concat(parts);
}

/** By how much the largest memory the process ever had grows while this runs. */
async function peakGrowthMb(run: () => Promise<unknown>): Promise<number> {
  const before = process.resourceUsage().maxRSS;
  await run();
  return (process.resourceUsage().maxRSS - before) / 1000;
}

suite('limits hold before anything is decoded', () => {
  test('too many bytes are refused, with both numbers', async () => {
    const bytes = await raw(colours).png().toBuffer();
    const want = refused('mask', /has \d+ bytes, more than the 20 allowed; send a smaller file/);
    await assert.rejects(decodePicture(bytes, { bytesMax: 20, field: 'mask' }), want);
  });

  test('a picture of exactly the allowed pixels is read and one more row is not', async () => {
    const options = { pixelsMax: 12 };
    const fits = await raw(plainPicture({ width: 4, height: 3 }, [1, 2, 3]))
      .png()
      .toBuffer();
    assert.equal((await decodePicture(fits, options)).height, 3);
    const tall = await raw(plainPicture({ width: 4, height: 4 }, [1, 2, 3]))
      .png()
      .toBuffer();
    await assert.rejects(decodePicture(tall, options), refused('image', /is 4 x 4, more than the 12 pixels/));
  });

  test('a picture of few pixels and a very long side is refused', async () => {
    const bytes = pngFile({ width: 16_385, height: 1 });
    await assert.rejects(decodePicture(bytes), refused('image', /16385 x 1, longer than the 16384 pixels a side/));
  });

  test('20,000 x 20,000 is refused in flat memory', async () => {
    const png = pngFile({ width: 20_000, height: 20_000, depth: 1, colourType: 0, deflated: await deflatedZeros(51) });
    const jpeg = await raw(colours).jpeg().toBuffer();
    const frame = jpeg.indexOf(Uint8Array.of(0xff, 0xc0));
    jpeg.writeUInt16BE(20_000, frame + 5);
    jpeg.writeUInt16BE(20_000, frame + 7);
    const webp = await raw(seeThrough).webp().toBuffer();
    assert.equal(webp.toString('latin1', 12, 16), 'VP8X');
    webp.writeUIntLE(19_999, 24, 3);
    webp.writeUIntLE(19_999, 27, 3);
    await decodePicture(await raw(colours).png().toBuffer());
    const grownMb = await peakGrowthMb(async () => {
      for (const bytes of [png, jpeg, webp]) {
        await assert.rejects(decodePicture(bytes), refused('image', /is 20000 x 20000, more than the 16800000 pixels/));
      }
    });
    assert.ok(grownMb < 20, `memory grew by ${grownMb} MB`);
  });
});

const big = () => Buffer.alloc(30_000_000, 'x');

/** A jpeg segment of the largest size that begins with a text. */
function jpegSegment(marker: number, start: string): Buffer {
  const data = Buffer.alloc(65_537, 0x20);
  data.set([0xff, marker, 0xff, 0xff]);
  data.write(start, 4, 'latin1');
  return data;
}

suite('metadata neither takes memory nor survives', () => {
  const text = Buffer.from('key\0');
  const rows: { name: string; chunk: () => Promise<Buffer> | Buffer }[] = [
    { name: 'text', chunk: () => pngChunk('tEXt', Buffer.concat([text, big()])) },
    { name: 'unknown chunk', chunk: () => pngChunk('prVt', big()) },
    {
      name: 'deflated text',
      chunk: async () => pngChunk('zTXt', Buffer.concat([text, Buffer.of(0), await deflatedZeros(300)])),
    },
    {
      name: 'deflated colour profile',
      chunk: async () => pngChunk('iCCP', Buffer.concat([text, Buffer.of(0), await deflatedZeros(300)])),
    },
  ];
  for (const { name, chunk } of rows) {
    test(`a png with huge ${name} decodes in flat memory`, async () => {
      const bytes = pngFile({ width: 2, height: 2, extra: [await chunk()] });
      await decodePicture(await raw(colours).png().toBuffer());
      const grownMb = await peakGrowthMb(() => decodePicture(bytes));
      assert.ok(grownMb < 20, `memory grew by ${grownMb} MB`);
    });
  }

  test('a jpeg with 30 MB of XMP, comments and previews decodes in flat memory', async () => {
    const jpeg = await raw(colours).jpeg().toBuffer();
    const one = Buffer.concat([
      jpegSegment(0xe1, 'http://ns.adobe.com/xap/1.0/\0'),
      jpegSegment(0xfe, ''),
      jpegSegment(0xe2, 'MPF\0'),
    ]);
    const bytes = Buffer.concat([jpeg.subarray(0, 2), ...Array.from({ length: 150 }, () => one), jpeg.subarray(2)]);
    const plain = await decodePicture(jpeg);
    let decoded = plain;
    const grownMb = await peakGrowthMb(async () => {
      decoded = await decodePicture(bytes);
    });
    assert.deepEqual(decoded, plain);
    assert.ok(grownMb < 20, `memory grew by ${grownMb} MB`);
  });

  test('a webp with 30 MB of XMP decodes in flat memory', async () => {
    const webp = await raw(seeThrough).webp({ lossless: true, exact: true }).withXmp('<x/>').toBuffer();
    const at = webp.indexOf('XMP ');
    const xmp = Buffer.alloc(8 + 30_000_000, 'XMP ');
    xmp.writeUInt32LE(30_000_000, 4);
    const bytes = Buffer.concat([webp.subarray(0, at), xmp]);
    bytes.writeUInt32LE(bytes.length - 8, 4);
    let decoded: Picture | undefined;
    const grownMb = await peakGrowthMb(async () => {
      decoded = await decodePicture(bytes);
    });
    assert.deepEqual(decoded, seeThrough);
    assert.ok(grownMb < 20, `memory grew by ${grownMb} MB`);
  });

  test('more than 4 MB of EXIF are refused', async () => {
    const bytes = pngFile({ width: 2, height: 2, extra: [pngChunk('eXIf', Buffer.alloc(4_000_001))] });
    await assert.rejects(decodePicture(bytes), refused('image', /colour profile and EXIF have \d+ bytes/));
  });

  test('hundreds of thousands of tiny chunks are refused', async () => {
    const tiny = Buffer.concat(Array.from({ length: 100_000 }, () => pngChunk('tEXt', Buffer.from('a\0b'))));
    await assert.rejects(
      decodePicture(pngFile({ width: 2, height: 2, extra: [tiny] })),
      refused('image', /damaged png/),
    );
  });

  test('what is encoded again has no profile, EXIF, XMP or text', async () => {
    const file = raw(colours)
      .withIccProfile('p3')
      .withExif({ IFD0: { Copyright: 'someone' } })
      .withXmp('<x/>');
    const decoded = await decodePicture(await file.jpeg().toBuffer());
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const metadata = await sharp(await encodePicture(decoded, format)).metadata();
      assert.deepEqual(
        [metadata.icc, metadata.exif, metadata.xmp, metadata.comments],
        [undefined, undefined, undefined, undefined],
      );
    }
  });
});
