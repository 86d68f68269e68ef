import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { mask, picture, ServiceError } from '@instgenie/domain';
import { decodePicture, encodePicture, readMask } from '@instgenie/pictures';
import { plainPicture, pngFile, raw } from '@instgenie/pictures/testing';
import { PictureReader } from './picture-reader.ts';
import { wholeMask } from './whole-mask.ts';

const reader = new PictureReader({ threads: 1, bytesMax: 2 ** 20, maskBytesMax: 2 ** 18 });
after(() => reader[Symbol.asyncDispose]());
const { signal } = new AbortController();
const usual = { mode: 'white', grow: 0, modelSide: 64 } as const;

/** A png of grey, masked where `isMasked` says. */
async function maskFile(
  { width, height }: { readonly width: number; readonly height: number },
  isMasked: (x: number, y: number) => boolean,
): Promise<Uint8Array> {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    data.fill(isMasked(at % width, Math.floor(at / width)) ? 255 : 0, 3 * at, 3 * at + 3);
  }
  return await encodePicture(picture({ width, height, channels: 3, data }), 'png');
}

const plain = (width: number, height: number, alpha?: (at: number) => number) => {
  const channels = alpha === undefined ? 3 : 4;
  const data = new Uint8Array(width * height * channels).fill(90);
  if (alpha !== undefined) for (let at = 0; at < width * height; at++) data[4 * at + 3] = alpha(at);
  return encodePicture(picture({ width, height, channels, data }), 'png');
};

const made = (width: number, height: number) => raw(plainPicture({ width, height }, [10, 200, 30]));

const refused = (field: string, text: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof ServiceError, String(thrown));
  assert.deepEqual([thrown.code, thrown.field], ['invalid', field]);
  assert.match(thrown.message, text);
  return true;
};

suite('pictures', () => {
  test('format and size come from the header, EXIF rotation applied', async () => {
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const bytes = await encodePicture(await decodePicture(await plain(40, 20)), format);
      assert.deepEqual(await reader.inspectPicture(bytes, { signal }), { format, width: 40, height: 20 });
    }
    const turned = await made(40, 20).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const header = { format: 'jpeg', width: 20, height: 40 };
    assert.deepEqual(await reader.inspectPicture(turned, { signal }), header);
    assert.deepEqual(await reader.checkPicture(turned, { signal }), header);
  });

  test('one pixel, CMYK and 16 bits are pictures', async () => {
    const files = [
      await plain(1, 1),
      await made(8, 8).toColourspace('cmyk').jpeg().toBuffer(),
      await made(8, 8).toColourspace('rgb16').png().toBuffer(),
      await made(8, 8).toColourspace('grey16').png().toBuffer(),
    ];
    for (const bytes of files) assert.ok((await reader.checkPicture(bytes, { signal })).width > 0);
  });

  const rows: { name: string; bytes: () => Promise<Uint8Array> | Uint8Array; want: RegExp }[] = [
    { name: 'nothing', bytes: () => new Uint8Array(), want: /empty/ },
    { name: 'an SVG', bytes: () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), want: /an SVG/ },
    {
      name: 'a bomb',
      bytes: () => pngFile({ width: 20_000, height: 20_000, deflated: deflateSync('') }),
      want: /more than the 16800000 pixels/,
    },
    { name: 'too many bytes', bytes: () => new Uint8Array(2 ** 20 + 1), want: /more than the 1048576 allowed/ },
    { name: 'half a header', bytes: async () => (await plain(40, 20)).subarray(0, 20), want: /damaged png/ },
  ];
  for (const { name, bytes, want } of rows) {
    test(`${name} is refused, and the field is named`, async () => {
      await assert.rejects(reader.inspectPicture(await bytes(), { field: 'data', signal }), refused('data', want));
      await assert.rejects(reader.checkPicture(await bytes(), { signal }), refused('edit.image', want));
    });
  }

  test('a file that is cut short passes by its header and not when it is decoded', async () => {
    const whole = await made(64, 64).png({ compressionLevel: 0 }).toBuffer();
    const cut = whole.subarray(0, whole.length / 2);
    assert.equal((await reader.inspectPicture(cut, { signal })).width, 64);
    await assert.rejects(reader.checkPicture(cut, { signal }), refused('edit.image', /cut short/));
  });
});

suite('masks', () => {
  test('a mask comes to its share, window and tokens', async () => {
    const file = await maskFile({ width: 200, height: 64 }, (x, y) => x >= 150 && x < 160 && y < 20);
    const { window, ...facts } = await reader.inspectMask(
      { ...usual, picture: { width: 200, height: 64 }, mask: file },
      { signal },
    );
    assert.deepEqual(facts, {
      width: 200,
      height: 64,
      from: 'mask',
      maskRatio: 200 / (200 * 64),
      // Pixels 22 to 31 of a window that begins at 128, rows 0 to 19.
      maskedTokens: 2,
      tokens: 16,
      warnings: [],
    });
    assert.deepEqual(window, { box: { left: 128, top: 0, width: 64, height: 64 }, level: 0 });
  });

  test('a mask is grown before it is counted, and what is larger than the model is scaled', async () => {
    const file = await maskFile({ width: 128, height: 128 }, (x, y) => x === 60 && y === 60);
    const size = { width: 128, height: 128 };
    const grown = await reader.inspectMask({ ...usual, grow: 40, picture: size, mask: file }, { signal });
    assert.equal(grown.window.level, 1);
    assert.match(grown.warnings.join(), /1\/2/);
    assert.ok(grown.maskRatio > 0.29 && grown.maskRatio < 0.32, String(grown.maskRatio));
  });

  test('without a mask the transparent pixels may change, and without any of those all', async () => {
    const half = await reader.inspectMask(
      { ...usual, picture: await plain(16, 16, (at) => (at < 128 ? 0 : 255)), mask: undefined },
      { signal },
    );
    assert.deepEqual([half.from, half.maskRatio], ['alpha', 0.5]);
    for (const bytes of [await plain(16, 16), await plain(16, 16, () => 255)]) {
      const all = await reader.inspectMask({ ...usual, picture: bytes, mask: undefined }, { signal });
      assert.deepEqual([all.from, all.maskRatio, all.warnings.length], ['nowhere', 1, 1]);
    }
  });

  test('a mask of all is told, and one of nothing refused', async () => {
    const size = { width: 48, height: 32 };
    const all = await reader.inspectMask(
      { ...usual, picture: size, mask: await maskFile(size, () => true) },
      { signal },
    );
    assert.match(all.warnings.join(), /covers the whole picture/);
    const none = await maskFile(size, () => false);
    await assert.rejects(
      reader.inspectMask({ ...usual, picture: size, mask: none }, { signal }),
      refused('edit.mask', /lets no pixel change/),
    );
    const fields = { picture: 'image', mask: 'mask' };
    await assert.rejects(
      reader.inspectMask({ ...usual, picture: size, mask: none }, { signal, fields }),
      refused('mask', /lets no pixel change/),
    );
  });

  test('a mask of another size, format or without alpha is refused, and so is a damaged picture', async () => {
    const file = await maskFile({ width: 32, height: 32 }, () => true);
    const bytes = await plain(48, 32);
    const call = { ...usual, picture: bytes, mask: file };
    await assert.rejects(
      reader.inspectMask(call, { signal }),
      refused('edit.mask', /is 32 x 32 and the picture is 48 x 32/),
    );
    const size = { width: 32, height: 32 };
    await assert.rejects(
      reader.inspectMask({ ...usual, picture: size, mask: new Uint8Array(3) }, { signal }),
      refused('edit.mask', /not a picture/),
    );
    await assert.rejects(
      reader.inspectMask({ ...usual, picture: size, mask: new Uint8Array(2 ** 18 + 1) }, { signal }),
      refused('edit.mask', /more than the 262144 allowed/),
    );
    await assert.rejects(
      reader.inspectMask({ ...usual, mode: 'alpha', picture: size, mask: file }, { signal }),
      refused('edit.mask', /no alpha channel/),
    );
    await assert.rejects(
      reader.inspectMask({ ...usual, picture: bytes.subarray(0, 30), mask: undefined }, { signal }),
      refused('edit.image', /damaged/),
    );
  });

  test('a white mask of any size lets all change', async () => {
    for (const [width, height] of [
      [1, 1],
      [7, 3],
      [8, 8],
      [1001, 17],
    ] as const) {
      const read = await readMask(wholeMask({ width, height }), { mode: 'white', size: { width, height } });
      assert.deepEqual(read, mask({ width, height, bits: new Uint8Array(width * height).fill(1) }));
    }
    assert.ok(wholeMask({ width: 4096, height: 4096 }).length < 16_384);
  });
});

test('bytes inside a larger message are sent alone, and a closed reader says so', async () => {
  const closing = new PictureReader({ threads: 1, bytesMax: 2 ** 20, maskBytesMax: 2 ** 18 });
  const file = await plain(10, 10);
  const message = Buffer.alloc(1000 + file.length);
  message.set(file, 500);
  const { width } = await closing.inspectPicture(message.subarray(500, 500 + file.length), { signal });
  assert.equal(width, 10);
  const asked = assert.rejects(closing.checkPicture(file, { signal }), { code: 'internal' });
  await closing[Symbol.asyncDispose]();
  await asked;
  await assert.rejects(closing.inspectPicture(file, { signal }), { code: 'unavailable' });
});
