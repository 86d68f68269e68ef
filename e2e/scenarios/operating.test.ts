// Commands of the command line against a running deployment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePicture } from '@instgenie/pictures';
import { testMaskFile, testPicture } from '@instgenie/worker/testing';
import { Cluster } from '../harness/cluster.ts';
import { runCli } from '../harness/run-cli.ts';

/** A busy machine takes its time. */
const options = { deadlineMs: 60_000 };

interface Why {
  readonly warmth: string;
  readonly sentences: readonly string[];
}

interface Workers {
  readonly workers: readonly { readonly worker: string; readonly state: string }[];
}

test('a worker is cordoned and drained; who holds a template, and where its edits go instead, is said', async () => {
  await using cluster = await Cluster.start({ workers: 2, kind: 'tiny', hasRedis: true });
  const client = cluster.client();
  const [balancer] = cluster.balancers;
  assert.ok(balancer !== undefined);
  const at = ['--balancer', balancer.address] as const;
  const spec = { mask: await testMaskFile(), prompt: 'a hat', steps: 2 } as const;
  const image = await encodePicture(testPicture(), 'png');
  const edit = async () => await client.edit({ ...spec, image }, options);
  const why = async (id: string) =>
    (await runCli([
      'template',
      'why',
      id,
      ...at,
      '--blobs',
      `${cluster.folder}/blobs`,
      '--redis',
      cluster.redis.url,
    ])) as Why;

  /** Undefined while the balancer does not know it. */
  const stateOf = async (name: string) => {
    const { workers } = (await runCli(['worker', 'list', ...at])) as Workers;
    return workers.find(({ worker }) => worker === name)?.state;
  };

  const first = await edit();
  const { templateId } = first.facts;
  const holder = first.pictures[0]?.worker ?? '';
  const other = cluster.workers.find(({ name }) => name !== holder)?.name ?? '';
  let told = await why(templateId);
  // The record is written in the background, and the index hears of it within a second.
  while (told.warmth !== 'warm') told = await why(templateId);
  assert.match(told.sentences[0] ?? '', new RegExp(`^warm: ${holder} holds it on disk`));

  await runCli(['worker', 'cordon', holder, ...at]);
  await cluster.ready(1);
  assert.equal((await edit()).pictures[0]?.worker, other);
  const { sentences } = await why(templateId);
  const text = sentences.join('\n');
  assert.match(text, new RegExp(`would go to ${other} `));
  assert.match(text, new RegExp(`${holder} has the activations on disk, but is cordoned`));
  assert.equal(await stateOf(holder), 'cordoned');

  await cluster.process(holder).restart();
  let state = await stateOf(holder);
  while (state === undefined) state = await stateOf(holder);
  assert.equal(state, 'cordoned', 'it remembers');
  assert.equal((await edit()).pictures[0]?.worker, other);
  await runCli(['worker', 'uncordon', holder, ...at]);
  await cluster.ready(2);
  await runCli(['worker', 'drain', other, '--worker', cluster.process(other).address]);
  await cluster.ready(1);
  assert.equal((await edit()).pictures[0]?.worker, holder);
});

test('a share of the templates runs on another version of the model, and any name will do', async () => {
  await using cluster = await Cluster.start({
    workers: 2,
    workerSet: ['timeScale=0.02', 'side=64'],
    eachWorkerSet: (index) => [`model=${index === 0 ? 'fill' : 'fill-v2'}`],
    gatewaySet: ['canary=[{ model: fill, to: fill-v2, share: 0.5 }]', 'aliases={ "*": fill }'],
  });
  const client = cluster.client();
  const mask = await testMaskFile();
  const { width, height, data } = testPicture();
  const models = new Set<string>();
  for (let shade = 0; shade < 8; shade++) {
    const image = await encodePicture(
      { ...testPicture(), width, height, data: data.map((byte) => byte ^ shade) },
      'png',
    );
    const edit = async () =>
      await client.edit({ image, mask, prompt: 'a hat', model: 'gpt-image-1', steps: 2 }, options);
    const { facts, pictures } = await edit();
    assert.equal(pictures[0]?.worker, facts.model === 'fill' ? 'worker-1' : 'worker-2');
    assert.equal((await edit()).facts.model, facts.model, 'a template stays on its side');
    models.add(facts.model);
  }
  assert.deepEqual([...models].toSorted(), ['fill', 'fill-v2']);
});
