import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts } from '../harness/load.ts';
import { realBytes } from './real-bytes.ts';

test('kill -9 of workers with the real engine: every picture has the bytes of an undisturbed run', async () => {
  const ended = await realBytes({ kills: 3, edits: 16, seed: 61 });
  assert.deepEqual(counts(ended), { good: 16 });
});
