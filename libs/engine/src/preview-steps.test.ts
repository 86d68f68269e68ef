import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewSteps } from './edit.ts';

for (const [total, want] of [
  [1, []],
  [2, [1]],
  [3, [1, 2]],
  [4, [1, 2, 3]],
  [28, [7, 14, 21]],
] as const) {
  test(`of ${total} steps, ${want.length} are shown, never the last`, () => {
    assert.deepEqual(previewSteps(3, total), want);
  });
}
