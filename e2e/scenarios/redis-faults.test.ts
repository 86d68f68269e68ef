import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts } from '../harness/load.ts';
import { underLoad } from './under-load.ts';

test('Redis killed under load: edits go on, jobs are refused as unavailable, and none that was taken is lost', async () => {
  const ended = await underLoad({
    cluster: { workers: 2, hasRedis: true, workerSet: ['timeScale=0.1', 'side=128'] },
    perSecond: 10,
    seconds: 8,
    seed: 51,
    deadlineMs: 30_000,
    hurt: async ({ cluster, mix }) => {
      const client = cluster.client();
      const edit = (seed: number) => mix.edit({ template: 0, mask: 1, seed });
      const taken = await client.jobs.submit([edit(1).spec, edit(2).spec], { requestId: 'taken' });
      await cluster.redis.kill();
      const refused = client.jobs.submit([edit(3).spec], { requestId: 'refused', deadlineMs: 20_000 });
      await assert.rejects(refused, { code: 'unavailable' });
      await cluster.redis.restart();
      const job = await client.jobs.wait(taken.id, { deadlineMs: 60_000 });
      assert.equal(job.state, 'done');
      for (const item of [0, 1]) {
        assert.deepEqual(Buffer.from(await client.jobs.result(taken.id, { item })), edit(item + 1).expected);
      }
    },
  });
  assert.deepEqual(counts(ended), { good: ended.length });
});
