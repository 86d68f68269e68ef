// Gateway, balancer and workers that show each other certificates of one authority, for one name, as the chart sets it up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encodePicture } from '@instgenie/pictures';
import { connect, readTls, workerServiceDefinition } from '@instgenie/rpc';
import { testMaskFile, testPicture } from '@instgenie/worker/testing';
import { Cluster } from '../harness/cluster.ts';
import type { ServiceProcess } from '../harness/service-process.ts';

const file = (name: string) => fileURLToPath(new URL(`../../libs/rpc/fixtures/tls/${name}`, import.meta.url));
const server = { certFile: file('worker.crt'), keyFile: file('worker.key'), caFile: file('ca.crt') };
/** Workers are called by addresses: their certificates have a name. */
const client = { ...server, serverName: 'worker.test' };
const both = [`tls=${JSON.stringify(server)}`, `internalTls=${JSON.stringify(client)}`];
const patience = { deadlineMs: 60_000, signal: new AbortController().signal };

async function chunksOfPeers(worker: ServiceProcess): Promise<number> {
  const found = /^instgenie_cache_chunks_total\{[^}]*tier="peer"[^}]*\} (\S+)$/m.exec(await worker.metrics());
  return Number(found?.[1] ?? 0);
}

test('edits and activations go over connections on which both sides show certificates, and over no others', async () => {
  await using cluster = await Cluster.start({
    workers: 2,
    kind: 'tiny',
    hasRedis: true,
    workerSet: both,
    balancerSet: both,
    gatewaySet: [`internalTls=${JSON.stringify(client)}`],
  });
  const caller = cluster.client();
  const [image, mask] = await Promise.all([encodePicture(testPicture(), 'png'), testMaskFile()]);
  const keep = async (prompt: string) => {
    const { id } = await caller.templates.create(image, { steps: 2, prompt }, patience);
    await Array.fromAsync(caller.templates.prime(id, patience));
    while (!(await caller.templates.get(id)).isWarm);
    return id;
  };
  const first = await keep('');
  // A peer that is late on a busy machine is done without: with several templates one of them is in time.
  const others = await Promise.all(['a', 'b', 'c', 'd'].map(keep));
  const edit = async (templateId = first) => {
    const { pictures } = await caller.edit({ templateId, mask, prompt: 'a hat', steps: 2, seed: 1 }, patience);
    const [picture] = pictures;
    assert(picture !== undefined);
    return picture;
  };
  const before = await edit();
  assert.equal(before.cache, 'hit');
  const holder = cluster.process(before.worker);
  await using asOperator = connect(holder.address, workerServiceDefinition(), { tls: await readTls(client) });
  await asOperator.unary('Cordon', { isCordoned: true }, patience);
  let after = await edit();
  // The balancer hears of it within half a second.
  while (after.worker === before.worker) after = await edit();
  assert.deepEqual(after.image, before.image);
  for (const template of others) await edit(template);
  // One of the two has it from the other.
  const lent = await Promise.all(cluster.workers.map(chunksOfPeers));
  assert.ok(lent.some((count) => count > 0));

  const stranger = await readTls({ ...client, certFile: file('stranger.crt'), keyFile: file('stranger.key') });
  const { ca } = await readTls(client);
  for (const tls of [undefined, stranger, { ca, serverName: 'worker.test' }]) {
    await using other = connect(holder.address, workerServiceDefinition(), tls === undefined ? {} : { tls });
    const call = other.unary('Cordon', { isCordoned: false }, { ...patience, deadlineMs: 2000 });
    await assert.rejects(call, ({ code }: { code: string }) => code === 'unavailable' || code === 'deadline');
  }
});
