import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts, latencies } from '../harness/load.ts';
import { killWorkers } from './kill-workers.ts';
import { underLoad } from './under-load.ts';

/** Long enough that faults meet edits at work. */
const workerSet = ['timeScale=0.15', 'side=128'];

test('kill -9 of random workers under load: no edit is lost, all have the bytes of undisturbed runs', async () => {
  const ended = await underLoad({
    cluster: { workers: 3, workerSet },
    perSecond: 15,
    seconds: 8,
    seed: 11,
    deadlineMs: 30_000,
    hurt: ({ cluster }) => killWorkers(cluster, { kills: 4, seed: 12 }),
  });
  assert.deepEqual(counts(ended), { good: ended.length });
});

test('a worker that stands still is noticed, and its edits end elsewhere, long before their deadline', async () => {
  const deadlineMs = 30_000;
  const ended = await underLoad({
    cluster: { workers: 3, workerSet },
    perSecond: 10,
    seconds: 6,
    seed: 21,
    deadlineMs,
    hurt: async ({ cluster }) => {
      await cluster.ready();
      cluster.process('worker-2').signal('SIGSTOP');
    },
  });
  assert.deepEqual(counts(ended), { good: ended.length });
  assert.ok(Math.max(...latencies(ended)) < deadlineMs / 2);
});
