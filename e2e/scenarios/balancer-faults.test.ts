import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts } from '../harness/load.ts';
import { underLoad } from './under-load.ts';

test('kill -9 of the only balancer under load: gateways go on with the fleet as they know it', async () => {
  const ended = await underLoad({
    cluster: { workers: 2, workerSet: ['timeScale=0.1', 'side=128'] },
    perSecond: 10,
    seconds: 6,
    seed: 41,
    deadlineMs: 30_000,
    hurt: async ({ cluster }) => {
      const balancer = cluster.process('balancer-1');
      await balancer.end('SIGKILL');
      // Edits are done meanwhile.
      const client = cluster.client();
      for (let call = 0; call < 3; call++) await client.models({ deadlineMs: 10_000 });
      await balancer.restart();
    },
  });
  assert.deepEqual(counts(ended), { good: ended.length });
});
