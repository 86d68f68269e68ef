import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fleet } from '../fleet/fleet.ts';
import { usualOutliers } from '../fleet/outliers.ts';
import { usualLimits } from '../picking/limits.ts';
import { policies } from '../picking/policies.ts';
import { load, request } from '../testing-load.ts';
import { PoolDemand } from './pool-demand.ts';
import { poolQueues } from './pool-queues.ts';

const none = { elsewhere: new Map<string, number>(), editMs: () => 1000 };
const at = (nowMs: number) => ({ nowMs, limits: usualLimits });

function fleetOf(...loads: Parameters<typeof load>[0][]): Fleet {
  const fleet = new Fleet({
    name: 'b1',
    policy: policies['predicted-finish'],
    limits: usualLimits,
    outliers: usualOutliers,
    beatMs: 250,
    goneMs: 10_000,
    editsMax: 1000,
  });
  for (const [stream, facts] of loads.entries()) fleet.heard(load(facts), { address: `w${stream}:1`, stream }, 0);
  return fleet;
}

test('an idle pool waits for nothing', () => {
  const fleet = fleetOf({ worker: 'a' }, { worker: 'b' });
  assert.deepEqual(poolQueues(fleet.snapshot, none, at(0)), [{ model: 'fill', workers: 2, seconds: 0 }]);
});

test('work of all workers adds up, and becomes less as time goes by', () => {
  const fleet = fleetOf({ worker: 'a', held: { v1: 1 } }, { worker: 'b', held: { v1: 1 } });
  for (let edit = 0; edit < 10; edit++) fleet.pick(request({ editId: `e${edit}`, tenant: `t${edit}` }), 0);
  const [before] = poolQueues(fleet.snapshot, none, at(0));
  const [after] = poolQueues(fleet.snapshot, none, at(20));
  assert(before !== undefined && after !== undefined);
  assert(before.seconds > 0.09 && before.seconds < 0.3, `${before.seconds}`);
  assert(Math.abs(before.seconds - after.seconds - 0.04) < 0.001, 'two workers do 20 ms each');
});

test('a worker that leaves is no part of its pool', () => {
  const fleet = fleetOf({ worker: 'a' }, { worker: 'b', isServing: false });
  assert.equal(poolQueues(fleet.snapshot, none, at(0))[0]?.workers, 1);
});

test('edits that no worker has count for a pool that has none', () => {
  const needs = { elsewhere: new Map([['edit', 3]]), editMs: () => 4000 };
  assert.deepEqual(poolQueues(fleetOf({ worker: 'a' }).snapshot, needs, at(0)), [
    { model: 'edit', workers: 0, seconds: 12 },
    { model: 'fill', workers: 1, seconds: 0 },
  ]);
});

const unserved = { kind: 'refused', reason: 'unserved', retryAfterMs: 1, prediction: undefined } as const;

test('an edit that was refused counts once, until it is picked or comes no more', () => {
  const demand = new PoolDemand();
  for (let asked = 0; asked < 5; asked++) demand.asked(request({ editId: 'e1' }), unserved, 0);
  demand.asked(request({ editId: 'e2' }), unserved, 1000);
  assert.deepEqual([...demand.elsewhere(1000)], [['fill', 2]]);
  assert.deepEqual([...demand.elsewhere(15_500)], [['fill', 1]]);
  assert.deepEqual([...demand.elsewhere(16_000)], []);
});

test('an edit that only comes where it is warm asks for no more workers', () => {
  const demand = new PoolDemand();
  demand.asked(request(), { ...unserved, reason: 'cold' }, 0);
  assert.deepEqual([...demand.elsewhere(0)], []);
});

test('jobs that wait are counted by each gateway, and so are once; a gateway that is gone counts no more', () => {
  const demand = new PoolDemand();
  demand.counted('g1', new Map([['fill', 7]]), 0);
  demand.counted('g2', new Map([['fill', 9]]), 5000);
  demand.asked(request({ editId: 'a job that was refused' }), unserved, 5000);
  assert.deepEqual([...demand.elsewhere(5000)], [['fill', 9]]);
  demand.counted('g1', new Map([['fill', 6]]), 14_000);
  assert.deepEqual([...demand.elsewhere(15_000)], [['fill', 6]]);
});

test('what an edit takes is learned from those that were picked', () => {
  const demand = new PoolDemand();
  assert.equal(demand.editMs('fill'), 10_000);
  const fleet = fleetOf({ worker: 'a', held: { v1: 1 } });
  demand.asked(request(), fleet.pick(request(), 0), 0);
  assert.equal(Math.round(demand.editMs('fill')), 20);
  assert.deepEqual([...demand.elsewhere(0)], [['fill', 0]], 'a pool that empties keeps its line');
});

test('whatever comes, nothing counted is negative or more than came (seed 4)', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('asked'), edit: fc.nat(20), model: fc.constantFrom('a', 'b') }),
    fc.record({ kind: fc.constant('counted'), gateway: fc.nat(3), edits: fc.nat(50) }),
    fc.record({ kind: fc.constant('wait'), ms: fc.nat(9000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const demand = new PoolDemand();
      let nowMs = 0;
      for (const each of steps) {
        if ('edit' in each) demand.asked(request({ editId: `e${each.edit}`, model: each.model }), unserved, nowMs);
        else if ('gateway' in each) demand.counted(`g${each.gateway}`, new Map([['a', each.edits]]), nowMs);
        else nowMs += each.ms;
        for (const edits of demand.elsewhere(nowMs).values()) assert(edits >= 0 && edits <= 50);
      }
      assert.deepEqual([...demand.elsewhere(nowMs + 15_000)], []);
    }),
    { seed: 4, numRuns: 300 },
  );
});
