import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptStep, stepBytes, variantKey } from './variant.ts';

test('a key is a SHA-256 in lower-case digits and nothing else', () => {
  assert.equal(variantKey('0f'.repeat(32)), '0f'.repeat(32));
  for (const text of ['', 'f'.repeat(63), 'F'.repeat(64), `${'f'.repeat(63)}/`, `${'f'.repeat(64)}\n`]) {
    assert.throws(() => variantKey(text), /64 hexadecimal digits/);
  }
});

test('a kept step serves the steps up to the next kept one', () => {
  const shape = { steps: [0, 4, 8], chunkBytes: [4096, 8192] };
  assert.deepEqual(
    [0, 3, 4, 7, 8, 20].map((step) => keptStep(shape, step)),
    [0, 0, 4, 4, 8, 8],
  );
  assert.throws(() => keptStep({ steps: [2] }, 1), /no kept step/);
  assert.equal(stepBytes(shape), 12_288);
});
