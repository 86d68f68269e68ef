import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activationSizes } from './activation-sizes.ts';

const flux = { width: 3072, heads: 24, blocks: 57, steps: 28, sides: [512, 1024] };

test('FLUX.1 at 1024 pixels keeps 2.9 GB of keys and values a step in 16 bits', () => {
  const sizes = activationSizes({ ...flux, freeMemoryBytes: 200e9, freeDiskBytes: 1e12 });
  const at = (kept: string, storage: string) =>
    sizes.find((size) => size.side === 1024 && size.kept === kept && size.storage === storage);
  const half = at('kv', 'fp16');
  assert.equal(half?.tokens, 4096);
  assert.equal(half?.stepBytes, 2 * 2 * 4096 * 3072 * 57);
  assert.equal(half?.templateBytes, 28 * 2_868_903_936);
  assert.deepEqual([half?.inMemory, half?.onDisk], [2, 12]);
  assert.equal(at('kv+x', 'fp16')?.stepBytes, 1.5 * 2_868_903_936);
  assert.equal(at('kv', 'fp32')?.stepBytes, 2 * 2_868_903_936);
  assert.equal(at('kv', 'int8')?.stepBytes, 0.5 * 2_868_903_936 + 2 * 4 * 4096 * 24 * 57);
});

test('every side has six lines, and what is not free fits nothing', () => {
  const sizes = activationSizes({ ...flux, freeMemoryBytes: -1e9, freeDiskBytes: 0 });
  assert.equal(sizes.length, 12);
  assert.ok(sizes.every(({ inMemory, onDisk }) => inMemory === 0 && onDisk === 0));
});
