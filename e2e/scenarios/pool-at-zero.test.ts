import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import type { ServiceProcess } from '../harness/service-process.ts';

async function queueSeconds(balancer: ServiceProcess): Promise<number> {
  const found = /^instgenie_pool_queue_seconds\{model="simulated"\} (\S+)$/m.exec(await balancer.metrics());
  return Number(found?.[1] ?? Number.NaN);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const ends = performance.now() + 60_000;
  while (!(await isSo())) {
    assert(performance.now() < ends, 'what should come does not');
    await turn();
  }
}

test('a pool without workers: a job waits, the balancer says that there is work, and a worker that comes does it', async () => {
  await using cluster = await Cluster.start({
    workers: 1,
    hasRedis: true,
    workerSet: ['timeScale=0.02', 'side=128'],
    gatewaySet: ['models=[simulated]'],
  });
  const [worker, balancer] = [cluster.workers[0], cluster.balancers[0]];
  assert(worker !== undefined && balancer !== undefined);
  const client = cluster.client();
  const mix = await EditMix.prepare(client, { templates: 1, steps: 4 });
  await until(async () => (await queueSeconds(balancer)) === 0);
  await worker.end('SIGTERM');
  const edits = [1, 2, 3].map((seed) => mix.edit({ template: 0, mask: 1, seed }));
  const { id } = await client.jobs.submit(
    edits.map(({ spec }) => spec),
    { requestId: 'waits' },
  );
  await until(async () => (await queueSeconds(balancer)) > 0);
  assert.notEqual((await client.jobs.get(id)).state, 'failed');
  await worker.restart();
  const job = await client.jobs.wait(id, { deadlineMs: 60_000 });
  assert.equal(job.state, 'done');
  for (const [item, { expected }] of edits.entries()) {
    assert.deepEqual(Buffer.from(await client.jobs.result(id, { item })), expected);
  }
  await until(async () => (await queueSeconds(balancer)) === 0);
});
