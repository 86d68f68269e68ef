import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import type { Picture } from '@instgenie/domain';
import { decodePicture } from './decode.ts';
import { encodePicture } from './encode.ts';
import { pictureOf, plainPicture, pngChunk, pngFile, raw } from './testing.ts';

const colours = pictureOf(2, [
  [255, 0, 0],
  [10, 200, 30],
  [128, 128, 128],
  [1, 2, 3],
]);
const seeThrough = pictureOf(2, [
  [255, 0, 0, 255],
  [10, 200, 30, 0],
  [128, 128, 128, 128],
  [1, 2, 3, 77],
]);
const greys = { width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 10, 128, 255) } as const;
const greysAsColour = pictureOf(
  2,
  [0, 10, 128, 255].map((grey) => [grey, grey, grey]),
);

/** A colour profile for one channel of linear light. */
function linearGreyProfile(): Buffer {
  const profile = Buffer.alloc(128 + 4 + 2 * 12 + 20 + 16);
  profile.writeUInt32BE(profile.length, 0);
  profile.writeUInt32BE(0x02400000, 8);
  profile.write('mntrGRAYXYZ ', 12, 'latin1');
  profile.write('acsp', 36, 'latin1');
  for (const [index, value] of [0xf6d6, 0x10000, 0xd32d].entries()) profile.writeUInt32BE(value, 68 + 4 * index);
  profile.writeUInt32BE(2, 128);
  profile.write('wtpt', 132, 'latin1');
  profile.writeUInt32BE(156, 136);
  profile.writeUInt32BE(20, 140);
  profile.write('kTRC', 144, 'latin1');
  profile.writeUInt32BE(176, 148);
  profile.writeUInt32BE(14, 152);
  profile.write('XYZ ', 156, 'latin1');
  for (const [index, value] of [0xf6d6, 0x10000, 0xd32d].entries()) profile.writeUInt32BE(value, 164 + 4 * index);
  profile.write('curv', 176, 'latin1');
  profile.writeUInt32BE(1, 184);
  profile.writeUInt16BE(0x0100, 188); // gamma 1
  return profile;
}

const greyProfileChunk = pngChunk('iCCP', Buffer.concat([Buffer.from('grey\0\0'), deflateSync(linearGreyProfile())]));

function assertClose(actual: Picture, expected: Picture, tolerance: number): void {
  assert.deepEqual(
    { ...actual, data: undefined },
    { ...expected, data: undefined },
    'size and channels must be those expected',
  );
  for (const [at, value] of actual.data.entries()) {
    const wanted = expected.data[at] ?? Number.NaN;
    assert.ok(Math.abs(value - wanted) <= tolerance, `byte ${at} is ${value}, not ${wanted}`);
  }
}

suite('every kind of pixels becomes 8-bit sRGB', () => {
  const flat = plainPicture({ width: 16, height: 16 }, [180, 60, 70]);
  const rows: { name: string; bytes: () => Promise<Uint8Array> | Uint8Array; want: Picture; tolerance?: number }[] = [
    { name: 'png', bytes: () => raw(colours).png().toBuffer(), want: colours },
    { name: 'png with alpha', bytes: () => raw(seeThrough).png().toBuffer(), want: seeThrough },
    { name: 'palette png', bytes: () => raw(colours).png({ palette: true }).toBuffer(), want: colours },
    { name: 'png of 16 bits', bytes: () => raw(colours).toColourspace('rgb16').png().toBuffer(), want: colours },
    {
      name: 'png of 16 bits with alpha',
      bytes: () => raw(seeThrough).toColourspace('rgb16').png().toBuffer(),
      want: seeThrough,
    },
    { name: 'grey png', bytes: () => raw(greys).toColourspace('b-w').png().toBuffer(), want: greysAsColour },
    {
      name: 'grey png of 16 bits',
      bytes: () => raw(greys).toColourspace('grey16').png().toBuffer(),
      want: greysAsColour,
    },
    {
      name: 'grey png of 1 bit',
      bytes: () =>
        pngFile({ width: 2, height: 1, depth: 1, colourType: 0, deflated: deflateSync(Uint8Array.of(0, 0x40)) }),
      want: pictureOf(2, [
        [0, 0, 0],
        [255, 255, 255],
      ]),
    },
    {
      name: 'grey png with alpha',
      bytes: () =>
        raw({ width: 2, height: 1, channels: 2, data: Uint8Array.of(10, 0, 128, 90) })
          .toColourspace('b-w')
          .png()
          .toBuffer(),
      want: pictureOf(2, [
        [10, 10, 10, 0],
        [128, 128, 128, 90],
      ]),
    },
    {
      name: 'png in Display P3',
      bytes: () => raw(colours).withIccProfile('p3').png().toBuffer(),
      want: colours,
      tolerance: 1,
    },
    {
      name: 'png of 16 bits in Display P3',
      bytes: () => raw(colours).toColourspace('rgb16').withIccProfile('p3').png().toBuffer(),
      want: colours,
      tolerance: 1,
    },
    {
      name: 'grey png in linear light',
      bytes: () =>
        pngFile({
          width: 1,
          height: 1,
          colourType: 0,
          extra: [greyProfileChunk],
          deflated: deflateSync(Uint8Array.of(0, 128)),
        }),
      want: pictureOf(1, [[188, 188, 188]]),
      tolerance: 1,
    },
    {
      name: 'grey png of 16 bits in linear light',
      bytes: () =>
        pngFile({
          width: 1,
          height: 1,
          depth: 16,
          colourType: 0,
          extra: [greyProfileChunk],
          deflated: deflateSync(Uint8Array.of(0, 128, 0)),
        }),
      want: pictureOf(1, [[188, 188, 188]]),
      tolerance: 1,
    },
    { name: 'jpeg', bytes: () => raw(flat).jpeg({ quality: 100 }).toBuffer(), want: flat, tolerance: 3 },
    {
      name: 'progressive jpeg',
      bytes: () => raw(flat).jpeg({ quality: 100, progressive: true }).toBuffer(),
      want: flat,
      tolerance: 3,
    },
    {
      name: 'grey jpeg',
      bytes: () =>
        raw({ width: 8, height: 8, channels: 1, data: new Uint8Array(64).fill(90) })
          .toColourspace('b-w')
          .jpeg()
          .toBuffer(),
      want: plainPicture({ width: 8, height: 8 }, [90, 90, 90]),
      tolerance: 1,
    },
    {
      name: 'CMYK jpeg without a profile',
      bytes: () => raw(flat).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
      want: flat,
      tolerance: 20,
    },
    {
      name: 'CMYK jpeg with its profile',
      bytes: () => raw(flat).toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 100 }).toBuffer(),
      want: flat,
      tolerance: 20,
    },
    {
      name: 'lossless webp with alpha',
      bytes: () => raw(seeThrough).webp({ lossless: true, exact: true }).toBuffer(),
      want: seeThrough,
    },
    { name: 'webp', bytes: () => raw(flat).webp({ quality: 100 }).toBuffer(), want: flat, tolerance: 4 },
  ];
  for (const { name, bytes, want, tolerance = 0 } of rows) {
    test(name, async () => assertClose(await decodePicture(await bytes()), want, tolerance));
  }
  for (const format of ['png', 'jpeg', 'webp'] as const) {
    test(`${format} of one pixel`, async () => {
      const pixel = pictureOf(1, [[90, 90, 90]]);
      assertClose(await decodePicture(await encodePicture(pixel, format)), pixel, 2);
    });
  }
});

const rotated = (picture: Picture, orientation: number) => raw(picture).withMetadata({ orientation });

suite('EXIF rotation is applied', () => {
  const stored = plainPicture({ width: 24, height: 16 }, [0, 0, 0]);
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 24; x++) stored.data.set([y < 8 ? 0 : 200, Math.floor(x / 8) * 100, 50], (y * 24 + x) * 3);
  }
  /** Where the pixel shown at (x, y) is stored, by orientation. */
  const storedAt: readonly ((x: number, y: number) => readonly [number, number])[] = [
    (x, y) => [x, y],
    (x, y) => [23 - x, y],
    (x, y) => [23 - x, 15 - y],
    (x, y) => [x, 15 - y],
    (x, y) => [y, x],
    (x, y) => [y, 15 - x],
    (x, y) => [23 - y, 15 - x],
    (x, y) => [23 - y, x],
  ];
  for (const [index, from] of storedAt.entries()) {
    const orientation = index + 1;
    const shown = plainPicture(orientation <= 4 ? { width: 24, height: 16 } : { width: 16, height: 24 }, [0, 0, 0]);
    for (let y = 0; y < shown.height; y++) {
      for (let x = 0; x < shown.width; x++) {
        const [fromX, fromY] = from(x, y);
        shown.data.set(stored.data.subarray((fromY * 24 + fromX) * 3).subarray(0, 3), (y * shown.width + x) * 3);
      }
    }
    test(`orientation ${orientation} in png, jpeg and webp`, async () => {
      assertClose(await decodePicture(await rotated(stored, orientation).png().toBuffer()), shown, 0);
      assertClose(
        await decodePicture(await rotated(stored, orientation).webp({ lossless: true }).toBuffer()),
        shown,
        0,
      );
      const jpeg = await rotated(stored, orientation).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
      assertClose(await decodePicture(jpeg), shown, 6);
    });
  }
});
