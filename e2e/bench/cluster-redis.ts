import { setTimeout as pause } from 'node:timers/promises';
import { ServiceError } from '@instgenie/domain';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { type Ended, offer } from '../harness/load.ts';
import { clientSender } from '../harness/senders.ts';
import { seeded } from './eviction-trace.ts';

export interface RedisOptions {
  /** Without Redis. */
  readonly seconds: number;
  readonly perSecond: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface RedisFigures {
  /** Edits that were sent while Redis was gone. */
  readonly ended: readonly Ended[];
  /** How long refusing a job took, ms. */
  readonly refusalsMs: readonly number[];
  /** Jobs that were taken before, and those of them that ended well. */
  readonly jobs: { readonly taken: number; readonly done: number };
}

const jobsTaken = 5;

/** Redis is killed under load, and comes back with what it had. */
export async function measureRedisGone({ seconds, perSecond, seed, say }: RedisOptions): Promise<RedisFigures> {
  const workerSet = ['timeScale=0.05', 'side=128'];
  await using cluster = await Cluster.start({ workers: 3, hasRedis: true, workerSet });
  const client = cluster.client();
  const random = seeded(seed);
  const mix = await EditMix.prepare(client, { templates: 12, steps: 8 });
  const spec = (job: number) => mix.edit({ template: job % 12, mask: 1, seed: job }).spec;
  const taken = [];
  for (let job = 0; job < jobsTaken; job++) taken.push(await client.jobs.submit([spec(job)]));

  say(`redis: gone for ${seconds} s`);
  await cluster.redis.kill();
  const refusalsMs: number[] = [];
  const submitAll = async (signal: AbortSignal) => {
    await using plain = cluster.plainCalls();
    for (let job = jobsTaken; !signal.aborted; job++) {
      const began = performance.now();
      const code = await plain.submit(spec(job)).catch((thrown: unknown) => ServiceError.from(thrown).code);
      if (code === 'unavailable') refusalsMs.push(performance.now() - began);
      await pause(200, undefined, { signal }).catch(() => undefined);
    }
  };
  const over = new AbortController();
  const submitting = submitAll(over.signal);
  const send = clientSender(client, { mix, random, deadlineMs: 30_000 });
  const ended = await offer({ perSecond, seconds, random, send });
  over.abort();
  await submitting;
  await cluster.redis.restart();
  let done = 0;
  for (const { id } of taken) {
    const { state } = await client.jobs.wait(id, { deadlineMs: 60_000 });
    if (state === 'done') done++;
  }
  return { ended, refusalsMs, jobs: { taken: taken.length, done } };
}
