import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usualLimits } from '../picking/limits.ts';
import { policies } from '../picking/policies.ts';
import { load, request } from '../testing-load.ts';
import { type EditEnd, Fleet } from './fleet.ts';
import { usualOutliers } from './outliers.ts';

function setUp(count: number) {
  const fleet = new Fleet({
    name: 'b1',
    policy: policies['predicted-finish'],
    limits: usualLimits,
    outliers: usualOutliers,
    beatMs: 250,
    goneMs: 10_000,
    editsMax: 1000,
  });
  const workers = Array.from({ length: count }, (_, index) => `w${index}`);
  const hear = (nowMs: number) => {
    for (const [stream, worker] of workers.entries()) {
      fleet.heard(load({ worker, held: { v1: 1 } }), { address: `${worker}:1`, stream }, nowMs);
    }
    fleet.tick(nowMs);
  };
  hear(0);
  const end = (worker: string, ending: EditEnd['ending'], nowMs: number, tookMs = 20) =>
    fleet.ended({ editId: 'e', worker, ending, tookMs, predictedMs: 20 }, nowMs);
  const fail = (worker: string, times: number, nowMs: number) =>
    Array.from({ length: times }, () => end(worker, 'failed', nowMs)).at(-1);
  let edits = 0;
  /** Workers of this many edits that come one at a time. */
  const spread = (picks: number, nowMs: number) => {
    const chosen: Record<string, number> = {};
    for (let count = 0; count < picks; count++) {
      const editId = `e${edits++}`;
      const outcome = fleet.pick(request({ editId }), nowMs);
      if (outcome.kind !== 'picked') return assert.fail(outcome.reason);
      const { worker } = outcome.view;
      chosen[worker] = (chosen[worker] ?? 0) + 1;
      fleet.ended({ editId, worker, ending: 'cancelled', tookMs: 0, predictedMs: 0 }, nowMs);
    }
    return chosen;
  };
  return { fleet, hear, end, fail, spread };
}

test('five failures in a row leave a worker out for 5 s, the next ones for 10 s, 15 s and at most 60 s', () => {
  const { hear, fail, spread } = setUp(3);
  let nowMs = 0;
  for (let count = 1; count <= 14; count++) {
    assert.equal(fail('w0', 4, nowMs), undefined);
    assert.equal(fail('w0', 1, nowMs), 'failures');
    const outMs = Math.min(60_000, 5000 * count);
    hear(nowMs + outMs - 1);
    assert.equal(spread(50, nowMs + outMs - 1)['w0'], undefined);
    nowMs += outMs;
    hear(nowMs);
    assert((spread(50, nowMs)['w0'] ?? 0) > 0, `back after ${outMs} ms`);
  }
});

test('a success in between, and what says nothing of the worker, are no failures in a row', () => {
  const { end, fail } = setUp(3);
  fail('w0', 4, 0);
  end('w0', 'done', 0);
  assert.equal(fail('w0', 4, 0), undefined);
  end('w0', 'refused', 0);
  end('w0', 'cancelled', 0);
  assert.equal(fail('w0', 1, 0), 'failures');
});

test('never more than half of the workers are left out, and the only one never is', () => {
  const { fail, spread } = setUp(4);
  assert.deepEqual(
    ['w0', 'w1', 'w2', 'w3'].map((worker) => fail(worker, 5, 0)),
    ['failures', 'failures', undefined, undefined],
  );
  assert.deepEqual(Object.keys(spread(100, 0)).toSorted(), ['w2', 'w3']);
  const alone = setUp(1);
  assert.equal(alone.fail('w0', 50, 0), undefined);
  assert.deepEqual(alone.spread(1, 0), { w0: 1 });
});

test('where only workers that are left out are there, they are picked all the same', () => {
  const { fleet, fail } = setUp(2);
  assert.equal(fail('w0', 5, 0), 'failures');
  fleet.lost({ address: 'w1:1', stream: 1 });
  const outcome = fleet.pick(request(), 0);
  assert.equal(outcome.kind === 'picked' && outcome.view.worker, 'w0');
});

test('a worker five times as slow as predicted loses its traffic, and has it back within 30 s of healing', () => {
  const { hear, end, spread } = setUp(4);
  for (let at = 0; at < 10; at++) {
    for (const worker of ['w1', 'w2', 'w3']) end(worker, 'done', at * 100, 22);
    end('w0', 'done', at * 100, 110);
    hear(at * 100);
  }
  assert.equal(spread(100, 1000)['w0'], undefined);
  let backMs = 1000;
  for (; backMs < 40_000 && spread(20, backMs)['w0'] === undefined; backMs += 1000) hear(backMs + 1000);
  assert(backMs <= 31_000, `back after ${backMs} ms`);
});

test('a fleet that is slow as a whole has no outliers', () => {
  const { hear, end, spread } = setUp(4);
  for (let at = 0; at < 10; at++) {
    for (const worker of ['w0', 'w1', 'w2', 'w3']) end(worker, 'done', at * 100, 110);
    hear(at * 100);
  }
  assert.equal(Object.keys(spread(100, 1000)).length, 4);
});
