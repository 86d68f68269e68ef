import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noiseRow, noiseRows, philox } from './noise.ts';

const ones = 0xffffffff;

// Known answers of the authors' Random123 library.
for (const { counter, key, want } of [
  { counter: [0, 0, 0, 0], key: [0, 0], want: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  { counter: [ones, ones, ones, ones], key: [ones, ones], want: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    want: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const) {
  test(`philox of key ${key.join()} gives the published words`, () => {
    assert.deepEqual(philox(counter, key), want);
  });
}

test('a row of noise does not depend on the rows around it', () => {
  const spec = { seed: 2 ** 40 + 17, channels: 64 };
  const all = noiseRows(50, spec);
  const alone = new Float32Array(64);
  noiseRow(alone, 31, spec);
  assert.deepEqual(alone, all.slice(31 * 64, 32 * 64));
});

test('noise is standard normal', () => {
  const noise = noiseRows(4096, { seed: 7, channels: 64 });
  let [sum, squares, fourths] = [0, 0, 0];
  for (const value of noise) {
    sum += value;
    squares += value ** 2;
    fourths += value ** 4;
  }
  assert.ok(Math.abs(sum / noise.length) < 0.01);
  assert.ok(Math.abs(squares / noise.length - 1) < 0.01);
  assert.ok(Math.abs(fourths / noise.length - 3) < 0.06);
});

test('seeds that differ only above 32 bits differ', () => {
  assert.notDeepEqual(noiseRows(1, { seed: 1, channels: 4 }), noiseRows(1, { seed: 1 + 2 ** 32, channels: 4 }));
});
