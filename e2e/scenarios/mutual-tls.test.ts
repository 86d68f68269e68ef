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
const attemptsMax = 10;
const patience = { deadlineMs: 60_000, signal: new AbortController().signal };

/** Variants that a worker had copied from others when it became ready last. */
function copiedBy({ log }: ServiceProcess): number {
  const line = log.findLast((each) => each.includes('"warmed"'));
  return line === undefined ? 0 : (JSON.parse(line) as { readonly copied: number }).copied;
}

test('edits and activations go over connections on which both sides show certificates, and over no others', async () => {
  await using cluster = await Cluster.start({
    workers: 2,
    kind: 'tiny',
    hasRedis: true,
    workerSet: [...both, 'warm.seconds=60'],
    balancerSet: both,
    gatewaySet: [`internalTls=${JSON.stringify(client)}`],
  });
  const caller = cluster.client();
  const [image, mask] = await Promise.all([encodePicture(testPicture(), 'png'), testMaskFile()]);
  const { id: templateId } = await caller.templates.create(image, { steps: 2 }, patience);
  const edit = async () => {
    const { pictures } = await caller.edit({ templateId, mask, prompt: 'a hat', steps: 2, seed: 1 }, patience);
    const [picture] = pictures;
    assert(picture !== undefined);
    return picture;
  };
  const cordon = async ({ address }: ServiceProcess, isCordoned: boolean) => {
    await using asOperator = connect(address, workerServiceDefinition(), { tls: await readTls(client) });
    await asOperator.unary('Cordon', { isCordoned }, patience);
  };
  const before = await edit();
  while (!(await caller.templates.get(templateId)).isWarm);
  const holder = cluster.process(before.worker);
  const other = cluster.workers.find((worker) => worker !== holder);
  assert(other !== undefined);
  // That the template is used is said in the background: a worker that comes too soon does not know of it.
  for (let attempt = 0; attempt < attemptsMax && copiedBy(other) === 0; attempt++) await other.restart();
  assert.equal(copiedBy(other), 1);
  await cluster.ready();
  await cordon(holder, true);
  let after = await edit();
  // The balancer hears of it within half a second.
  while (after.worker === before.worker) after = await edit();
  assert.equal(after.cache, 'hit');
  assert.deepEqual(after.image, before.image);

  const stranger = await readTls({ ...client, certFile: file('stranger.crt'), keyFile: file('stranger.key') });
  const { ca } = await readTls(client);
  for (const tls of [undefined, stranger, { ca, serverName: 'worker.test' }]) {
    await using other = connect(holder.address, workerServiceDefinition(), tls === undefined ? {} : { tls });
    const call = other.unary('Cordon', { isCordoned: false }, { ...patience, deadlineMs: 2000 });
    await assert.rejects(call, ({ code }: { code: string }) => code === 'unavailable' || code === 'deadline');
  }
});
