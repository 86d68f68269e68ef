import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceStepMs } from './device-costs.ts';
import { SimulatedStore } from './simulated-store.ts';

test('a variant is kept when all its steps are filled; memory is smaller than disk, and who was used last stays', () => {
  const store = new SimulatedStore({ memoryMax: 1, diskMax: 2 });
  store.fill('a', { step: 1, steps: 2 });
  assert.deepEqual([store.tierOf('a'), store.isFilled('a', 1), store.isFilled('a', 0)], ['none', true, false]);
  store.fill('a', { step: 0, steps: 2 });
  assert.deepEqual([store.tierOf('a'), store.version], ['memory', 1]);
  store.use('b');
  assert.deepEqual([store.tierOf('a'), store.tierOf('b')], ['disk', 'memory']);
  store.use('c');
  assert.deepEqual(store.held, [
    { key: 'b', isInMemory: false },
    { key: 'c', isInMemory: true },
  ]);
});

test("edits of one batch share a template's forward and its load; loading overlaps with computing", () => {
  const costs = { startMs: 1, rowMs: 1, loadMs: 100 };
  const work = { maskedTokens: 2, rows: 3, fill: undefined, load: undefined };
  assert.equal(deviceStepMs(costs, [work, work]), 7);
  const cold = { ...work, fill: { key: 'a', rows: 10 } };
  assert.equal(deviceStepMs(costs, [cold, cold]), 17);
  assert.equal(
    deviceStepMs(costs, [
      { ...work, load: 'a' },
      { ...work, load: 'a' },
      { ...work, load: 'b' },
    ]),
    200,
  );
});
