import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { picture } from '@instgenie/domain';
import { decodePicture, encodePicture } from '@instgenie/pictures';
import { height, testMaskFile, testPicture, width } from '../testing.ts';
import { PictureDesk } from './picture-desk.ts';
import type { FinishCall, ReadCall } from './picture-protocol.ts';

const signal = new AbortController().signal;
const desk = new PictureDesk({ blobs: undefined }, { waitingMax: 8 });
after(() => desk[Symbol.asyncDispose]());

const unshaped = { maskMode: 'auto', grow: 0, feather: 0, modelSide: 64 } as const;
const usual = { format: 'png', isMarked: false, size: undefined } as const;

async function read(source: Uint8Array, mask: ReadCall['mask'] = { kind: 'alpha' }) {
  return await desk.read({ source: { kind: 'inline', bytes: source }, mask, ...unshaped }, signal);
}

/** The file of a picture in which all that may change is as in another one. */
async function finished(
  source: Uint8Array,
  { mask, ...finish }: Partial<Omit<FinishCall, 'id' | 'painted'>> & { readonly mask?: ReadCall['mask'] } = {},
): Promise<Uint8Array> {
  using open = await read(source, mask);
  return await open.finish({ painted: testPicture(9), ...usual, ...finish }, { signal });
}

/** The picture with alpha of 0 in its left half, or of 255 everywhere. */
function withAlpha(isTransparent: boolean) {
  const { data } = testPicture();
  const channels = Uint8Array.from({ length: width * height * 4 }, (_, at) => {
    const pixel = Math.floor(at / 4);
    if (at % 4 < 3) return data[pixel * 3 + (at % 4)] ?? 0;
    return isTransparent && pixel % width < width / 2 ? 0 : 255;
  });
  return encodePicture(picture({ width, height, channels: 4, data: channels }), 'png');
}

test('without a mask a picture is edited where it is transparent, or all of it where it is not', async () => {
  const masked = async (source: Uint8Array) => {
    using open = await read(source);
    return { isWhole: open.isWhole, pixels: open.windowMask.bits.reduce((sum, bit) => sum + bit, 0) };
  };
  const all = { isWhole: true, pixels: width * height };
  assert.deepEqual(await masked(await encodePicture(testPicture(), 'png')), all);
  assert.deepEqual(await masked(await withAlpha(false)), all);
  assert.deepEqual(await masked(await withAlpha(true)), { isWhole: false, pixels: (width * height) / 2 });
});

test('a mark says whether all or a part of the picture is of a model, and changes no pixel', async () => {
  const source = await encodePicture(testPicture(), 'png');
  const cases = [
    { options: { mask: { kind: 'file', bytes: await testMaskFile() } }, type: 'compositeWithTrainedAlgorithmicMedia' },
    { options: {}, type: 'trainedAlgorithmicMedia' },
  ] as const;
  for (const { options, type } of cases) {
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const plain = await finished(source, { ...options, format });
      const marked = await finished(source, { ...options, format, isMarked: true });
      assert.deepEqual(await decodePicture(marked), await decodePicture(plain));
      assert.ok(Buffer.from(marked).includes(`newscodes/digitalsourcetype/${type}<`));
      assert.ok(!Buffer.from(plain).includes('digitalsourcetype'));
    }
  }
});

test('a result is resized where that was asked for', async () => {
  const mask = { kind: 'file', bytes: await testMaskFile() } as const;
  const source = await encodePicture(testPicture(), 'png');
  const size = { width: 100, height: 16 };
  const result = await decodePicture(await finished(source, { mask, size, isMarked: true }));
  assert.deepEqual([result.width, result.height], [100, 16]);
});
