import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { counts } from '../harness/load.ts';
import { underLoad } from './under-load.ts';

test('kill -9 of one of two gateways under load: callers with the client see no failure', async () => {
  const ended = await underLoad({
    cluster: { workers: 2, gateways: 2, workerSet: ['timeScale=0.1', 'side=128'] },
    perSecond: 15,
    seconds: 6,
    seed: 31,
    deadlineMs: 30_000,
    hurt: async ({ cluster }) => {
      await cluster.process('gateway-1').restart();
      await cluster.ready();
    },
  });
  assert.deepEqual(counts(ended), { good: ended.length });
});

test('a stream goes on through another gateway when its own is killed, and the edit is not begun anew', async () => {
  await using cluster = await Cluster.start({ workers: 1, gateways: 2, workerSet: ['timeScale=0.5', 'side=128'] });
  const [first, second] = cluster.gateways;
  assert.ok(first !== undefined && second !== undefined);
  const mix = await EditMix.prepare(cluster.client(), { templates: 1, steps: 30 });
  const { spec, expected } = mix.edit({ template: 0, mask: 2, seed: 1 });
  const done: number[] = [];
  let image: Uint8Array | undefined;
  for await (const event of cluster.client().streamEdit(spec, { deadlineMs: 60_000 })) {
    if (event.kind === 'picture') image = event.picture.image;
    if (event.kind !== 'progress') continue;
    done.push(event.done);
    // Whichever of them has it: the other one is back by then.
    if (event.done === 3) await first.restart();
    if (event.done === 12) await second.restart();
  }
  assert.deepEqual(image, expected);
  assert.deepEqual(
    done,
    [...new Set(done)].toSorted((a, b) => a - b),
  );
  const ran = /instgenie_simulated_edits_total\{outcome="done"\} (\d+)/.exec(
    (await cluster.workers[0]?.metrics()) ?? '',
  );
  assert.equal(ran?.[1], '1');
});
