import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EditSpec, InstgenieClient } from '@instgenie/client';
import { ServiceError } from '@instgenie/domain';
import { connect, workerServiceDefinition } from '@instgenie/rpc';
import { tinyModel } from '@instgenie/worker/testing';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import type { ServiceProcess } from '../harness/service-process.ts';

const { signal } = new AbortController();
const deadlineMs = 60_000;
const steps = 6;
const attemptsMax = 5;

/** A small deployment with the real engine, in which everything that is told of can happen in seconds. */
export async function startBusy(traces: string): Promise<Cluster> {
  const traced = `traces.endpoint=${traces}`;
  return await Cluster.start({
    workers: 2,
    kind: 'tiny',
    hasRedis: true,
    workerSet: [
      `models=[{ name: tiny, folder: ${tinyModel}, threads: 1, batchMax: 2 }]`,
      // Less than the templates take: they are read from disk, and make room for each other.
      'memory.activations=1Mi',
      'traces.stepShare=0.2',
      traced,
    ],
    gatewaySet: [traced, 'jobs.concurrency=1', 'edits.checkpointEvery=2'],
    balancerSet: [traced, 'limits.waitMsMax=60000', 'ejection.failures=1'],
  });
}

/** Makes everything happen once that metrics tell of. */
export async function keepBusy(cluster: Cluster): Promise<void> {
  const client = cluster.client();
  const mix = await EditMix.prepare(client, { templates: 4, steps, side: 64, maskRatios: [0.1, 0.3] });
  const spec = (template: number, seed: number) => mix.edit({ template, mask: seed % 2, seed }).spec;
  // Cold ones, which fill; then warm ones, some by way of a job, and dense ones.
  for (const round of [0, 1]) await Promise.all([0, 1, 2, 3].map((at) => client.edit(spec(at, round), { deadlineMs })));
  await client.edit({ ...spec(0, 2), dense: true }, { deadlineMs });
  await client.jobs.submit([0, 1, 2, 3, 0, 1].map((at) => ({ ...spec(at, 3 + at), priority: 'batch' as const })));
  await askHttp(cluster);
  await refused(client, spec(0, 10));
  for (let attempt = 0; attempt < attemptsMax && !(await hasPreempted(cluster)); attempt++) {
    await preempt(client, (seed) => spec(seed % 4, seed + 100 * attempt));
  }
  await refusedByWorker(cluster);
  await damage(cluster);
  for (const at of [0, 1, 2, 3]) await client.edit(spec(at, 20 + at), { deadlineMs });
  const long = (seed: number) => client.edit({ ...spec(seed % 4, seed), steps: 60 }, { deadlineMs });
  await askHttp(cluster);
  await freezeWorker(cluster, long);
  await loseWorker(cluster, long);
  await Promise.all([0, 1, 2, 3].map((at) => client.edit(spec(at, 30 + at), { deadlineMs })));
}

async function askHttp(cluster: Cluster): Promise<void> {
  for (const path of ['/v1/models', '/v1/nothing']) {
    await (await fetch(`http://127.0.0.1:${cluster.process('gateway-1').at.http}${path}`)).text();
  }
}

/** Nobody can do it in so short a time. */
async function refused(client: InstgenieClient, spec: EditSpec): Promise<void> {
  await ended(client.edit({ ...spec, steps: 1000 }, { deadlineMs: 150 }));
}

/** Batches are full of edits that can wait when those come that cannot, if the machine is as fast as one thinks. */
async function preempt(client: InstgenieClient, spec: (seed: number) => EditSpec): Promise<void> {
  const edit = (seed: number, priority: 'normal' | 'interactive', count: number) =>
    ended(client.edit({ ...spec(seed), priority, steps: count }, { deadlineMs }));
  const patient = [40, 41, 42, 43, 44, 45].map((seed) => edit(seed, 'normal', 60));
  await pause(400);
  await Promise.all([...[46, 47, 48, 49].map((seed) => edit(seed, 'interactive', steps)), ...patient]);
}

/** All of them have: one will be lost, with what it has counted. */
async function hasPreempted({ workers }: Cluster): Promise<boolean> {
  const all = await Promise.all(workers.map(async (worker) => await worker.metrics()));
  return all.every((text) => /^instgenie_preemptions_total\{[^}]*\} [1-9]/m.test(text));
}

/** Workers are asked for what they cannot do in time, however fast or busy the machine is. */
async function refusedByWorker(cluster: Cluster): Promise<void> {
  for (const worker of cluster.workers) {
    await using client = connect(worker.address, workerServiceDefinition());
    for (const lateMs of [50, 100, 200, 400]) {
      const template = { model: 'tiny', inline: Buffer.of(1), picture: 'inline' as const, steps: 1000 };
      const read = async () => {
        const request = { editId: `late${lateMs}`, template };
        for await (const _ of client.stream('Edit', request, { deadlineMs: lateMs, signal })) continue;
      };
      await ended(read());
    }
  }
}

/** Turns bits in all that workers keep on disk. */
async function damage(cluster: Cluster): Promise<void> {
  for (const { name } of cluster.workers) {
    const folder = join(cluster.folder, name);
    for (const file of await readdir(folder, { recursive: true })) await turnBit(join(folder, file));
  }
}

async function turnBit(path: string): Promise<void> {
  const { size } = await stat(path);
  if (!(await stat(path)).isFile() || size < 8192) return;
  await using file = await open(path, 'r+');
  const [byte] = (await file.read(Buffer.alloc(1), 0, 1, Math.floor(size * 0.7))).buffer;
  await file.write(Buffer.of((byte ?? 0) ^ 1), 0, 1, Math.floor(size * 0.7));
}

/** A worker says nothing for a while: its edits go on elsewhere, and it is left out. */
async function freezeWorker(cluster: Cluster, edit: (seed: number) => Promise<unknown>): Promise<void> {
  const running = Promise.all([60, 61, 62, 63].map(edit));
  const victim = await busyWorker(cluster);
  victim.signal('SIGSTOP');
  try {
    await running;
  } finally {
    victim.signal('SIGCONT');
  }
}

/** Ends a worker while it has edits, and starts it again. */
async function loseWorker(cluster: Cluster, edit: (seed: number) => Promise<unknown>): Promise<void> {
  const running = Promise.all([50, 51, 52, 53].map(edit));
  const victim = await busyWorker(cluster);
  await victim.end('SIGKILL');
  await running;
  await victim.restart();
  await cluster.ready();
}

async function busyWorker(cluster: Cluster): Promise<ServiceProcess> {
  for (;;) {
    for (const worker of cluster.workers) {
      if (/instgenie_requests_running\{model="tiny"\} [1-9]/.test(await worker.metrics())) return worker;
    }
    await pause(20);
  }
}

/** However it ends. */
async function ended(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof ServiceError) return;
    throw thrown;
  }
}
