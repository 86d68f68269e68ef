import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@instgenie/testing';
import { RetryBudget } from './retry-budget.ts';

const settings = { share: 0.1, perSecond: 1, most: 2 };

test('what is saved up is spent once, and comes back with time and with edits', async () => {
  const clock = new VirtualClock();
  const budget = new RetryBudget(clock, settings);
  assert.deepEqual([budget.spend(), budget.spend(), budget.spend()], [true, true, false]);
  await clock.runUntil(clock.pause(1000));
  assert.deepEqual([budget.spend(), budget.spend()], [true, false]);
  for (let edit = 0; edit < 11; edit++) budget.earn();
  assert.deepEqual([budget.spend(), budget.spend()], [true, false]);
  await clock.runUntil(clock.pause(3_600_000));
  assert.equal(budget.left, 2);
});
