import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';

test('an edit that ends processes ends two of them at most, and then fails', async () => {
  const workerSet = ['timeScale=0.1', 'side=128', 'poisonPrompt=boom'];
  await using cluster = await Cluster.start({ workers: 4, workerSet });
  const client = cluster.client();
  const mix = await EditMix.prepare(client, { templates: 2, steps: 8 });
  const poison = mix.edit({ template: 0, mask: 2, seed: 1, prompt: 'boom' });
  await assert.rejects(client.edit(poison.spec, { deadlineMs: 30_000 }), { code: 'conflict' });
  const ended = cluster.workers.filter(({ exits }) => exits.length > 0);
  assert.ok(ended.length <= 2, `${ended.length} workers ended`);
  const good = mix.edit({ template: 1, mask: 2, seed: 1 });
  const { pictures } = await client.edit(good.spec, { deadlineMs: 30_000 });
  assert.deepEqual(pictures[0]?.image, good.expected);
});
