import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestartDelay } from './restart-delay.ts';

test('a process comes back at once, and later and later while it crashes as it starts', () => {
  const delay = new RestartDelay();
  assert.deepEqual(
    Array.from({ length: 9 }, () => delay.after(100)),
    [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000],
  );
  assert.equal(delay.after(3_600_000), 250);
});
