import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture } from '@instgenie/domain';
import { colourfulPicture, maskWhere } from '../testing.ts';
import { bytesChangedOutside, comparePicture, likeness } from './likeness.ts';

const size = { width: 40, height: 24 };
const left = maskWhere(size, (x) => x < 8);

for (const channels of [3, 4] as const) {
  test(`changed bytes count outside the mask alone, with ${channels} channels`, () => {
    const source = colourfulPicture(size, channels);
    const data = Uint8Array.from(source.data);
    for (const pixel of [0, 7, 40]) data.set([1, 2, 3], pixel * channels); // inside
    assert.equal(bytesChangedOutside(source, picture({ ...source, data }), left), 0);
    const at = 8 * channels;
    data[at] = (data[at] ?? 0) ^ 1;
    data[data.length - 1] = (data.at(-1) ?? 0) ^ 1;
    assert.equal(bytesChangedOutside(source, picture({ ...source, data }), left), 2);
  });
}

test('a picture is wholly like itself', () => {
  const source = colourfulPicture(size);
  const { ssimInBox, psnrInMask } = likeness(source, source, left);
  assert.ok(Math.abs(ssimInBox - 1) < 1e-9);
  assert.equal(psnrInMask, Number.POSITIVE_INFINITY);
});

test('the compared picture shows source, mask and results of the window', async () => {
  const source = colourfulPicture({ width: 100, height: 24 });
  const mask = maskWhere(source, (x) => x >= 60);
  const box = { left: 50, top: 0, width: 50, height: 24 };
  const window = { box, level: 0, target: { width: 64, height: 32 } };
  const compared = await comparePicture({ source, mask, window, results: [source, source] });
  assert.deepEqual([compared.width, compared.height], [4 * 50 + 3 * 8, 24]);
});

test('of a window that was scaled, the compared picture is at the scale of the model', async () => {
  const source = colourfulPicture({ width: 128, height: 64 });
  const window = { box: { left: 0, top: 0, width: 128, height: 64 }, level: 1, target: { width: 64, height: 32 } };
  const mask = maskWhere(source, () => true);
  const compared = await comparePicture({ source, mask, window, results: [source] });
  assert.deepEqual([compared.width, compared.height], [3 * 64 + 2 * 8, 32]);
});
