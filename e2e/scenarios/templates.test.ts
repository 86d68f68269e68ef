// Templates of a deployment with the real engine, two workers and Redis.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePicture } from '@instgenie/pictures';
import { connect, type WatchLoadResponse__Output, workerServiceDefinition } from '@instgenie/rpc';
import { testMaskFile, testPicture } from '@instgenie/worker/testing';
import { Cluster } from '../harness/cluster.ts';
import type { ServiceProcess } from '../harness/service-process.ts';

/** A busy machine takes its time. */
const patienceMs = 60_000;
const settings = { name: 'poster', steps: 2 } as const;

/** What a worker says of its load until it is as wanted. */
async function loadWhen(
  worker: ServiceProcess,
  isWanted: (load: WatchLoadResponse__Output) => boolean,
): Promise<WatchLoadResponse__Output> {
  await using client = connect(worker.address, workerServiceDefinition());
  const { signal } = new AbortController();
  for await (const load of client.stream('WatchLoad', {}, { deadlineMs: patienceMs, signal })) {
    if (load.hasVariants && isWanted(load)) return load;
  }
  throw new assert.AssertionError({ message: `${worker.name} says no more` });
}

const keysOf = (load: WatchLoadResponse__Output) => load.variants.map(({ key }) => key);

test('a template is warm for whom it is granted to and for nobody else, and nothing of it is left after its deletion', async () => {
  await using cluster = await Cluster.start({
    workers: 2,
    kind: 'tiny',
    hasRedis: true,
    tenants: ['shop', 'agency', 'stranger'],
  });
  const [shop, agency, stranger] = ['shop', 'agency', 'stranger'].map((tenant) => cluster.client({ tenant }));
  assert.ok(shop !== undefined && agency !== undefined && stranger !== undefined);
  const image = await encodePicture(testPicture(), 'png');
  const mask = await testMaskFile();
  const options = { deadlineMs: patienceMs };
  const cacheOf = async (client: typeof shop, spec: Parameters<typeof shop.edit>[0]) => {
    const { pictures } = await client.edit({ ...spec, mask, prompt: 'a hat', steps: 2, seed: 1 }, options);
    return pictures[0]?.cache;
  };

  const { id } = await shop.templates.create(image, settings, options);
  const progress = await Array.fromAsync(shop.templates.prime(id, options));
  assert.equal(progress.at(-1)?.done, progress.at(-1)?.total);
  assert.ok((await shop.templates.get(id)).activationBytes > 0);
  // Its worker tells the others within a second.
  while (!(await shop.templates.get(id)).isWarm);
  assert.equal(await cacheOf(shop, { templateId: id }), 'hit');

  await assert.rejects(agency.templates.get(id), { code: 'not-found' });
  await shop.templates.grant(id, { tenant: 'agency' });
  assert.equal(await cacheOf(agency, { templateId: id }), 'hit');
  const held = await Promise.all(cluster.workers.map((worker) => loadWhen(worker, () => true)));
  const shops = new Set(held.flatMap(keysOf));
  assert.equal(shops.size, 1);

  assert.equal(await cacheOf(stranger, { image }), 'miss');

  await shop.templates.delete(id);
  await assert.rejects(cacheOf(shop, { templateId: id }), { code: 'not-found' });
  await assert.rejects(cacheOf(agency, { templateId: id }), { code: 'not-found' });
  const left = await Promise.all(
    cluster.workers.map((worker) => loadWhen(worker, (load) => !keysOf(load).some((key) => shops.has(key)))),
  );
  // The stranger's, of the same picture, is there: keys are salted by tenant.
  assert.equal(new Set(left.flatMap(keysOf)).size, 1);
  assert.equal(await cacheOf(stranger, { image }), 'hit');
});
