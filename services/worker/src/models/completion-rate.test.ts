import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompletionRate } from './completion-rate.ts';

test('edits that end one after the other tell when the next one will', () => {
  const rate = new CompletionRate();
  for (let edit = 0; edit < 5; edit++) rate.enter(0);
  assert.equal(rate.predictedMs, 0);
  for (const nowMs of [100, 200]) rate.leave(nowMs, { isDone: true });
  assert.deepEqual([rate.here, rate.predictedMs], [3, 400]);
});

test('what ends without a result makes the others look slower, and one alone says nothing', () => {
  const rate = new CompletionRate();
  for (let edit = 0; edit < 4; edit++) rate.enter(0);
  rate.leave(100, { isDone: false });
  rate.leave(200, { isDone: true });
  assert.equal(rate.predictedMs, 3 * 200);
  rate.leave(250, { isDone: true });
  assert.equal(rate.predictedMs, 0);
  rate.leave(10_000, { isDone: true });
  rate.enter(20_000);
  rate.enter(30_000);
  rate.leave(30_100, { isDone: true });
  rate.enter(30_100);
  assert.ok(rate.predictedMs < 3 * 200);
});
