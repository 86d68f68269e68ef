import { RetryError } from '@instgenie/rpc';
import type { DefaultJobOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { bounded, failedMax, openQueues, prefix, type Queues } from './edit-queues.ts';
import { type JobRef, jobTimeOf } from './job-id.ts';
import type { JobSettings } from './job-settings.ts';
import { placeInLine, type QueuedEdit } from './place-in-line.ts';
import { CallerConnection } from './queue-connection.ts';

export const changedChannel = `${prefix}:jobs:changed`;

/** What the queue holds of an edit. */
export interface EditTicket extends JobRef {
  readonly item: number;
}

/** How far an edit of a job is. */
export interface ItemProgress {
  readonly done: number;
  readonly total: number;
}

/** All jobs of a deployment. */
export interface LineCounts {
  /** Edits, by where they are. */
  readonly edits: Readonly<Record<'waiting' | 'delayed' | 'running' | 'failed', number>>;
  readonly webhooksWaiting: number;
  /** Since when the edit waits that is next, ms of the epoch; undefined where none waits. */
  readonly headSinceMs: number | undefined;
}

/** What only the queue knows of a job. */
export interface LineView {
  /** Jobs ahead of it. */
  readonly position: number;
  /** Of its edits that run. */
  readonly running: ReadonlyMap<number, ItemProgress>;
}

const retryAfterMs = 5000;
/** A gateway that says nothing for so long about an edit does not run it. */
const runningMs = 10_000;
const keptMs = 31 * 86_400_000;
const patientMs = 1000;

const keys = {
  /** Set: a tenant's edits that wait. */
  waiting: (owner: string) => `${prefix}:jobs:waiting:${owner}`,
  /** Hash: edit -> steps, of a job's edits that run. */
  running: (id: string) => `${prefix}:jobs:running:${id}`,
  /** Sorted set: jobs of which nothing has run yet, by their place. */
  line: `${prefix}:jobs:line`,
} as const;

/**
 * The queue of edits and webhooks, as callers see it: ids only, and everything in it can be made again from what is kept
 * of jobs. Every operation settles within a short time, and rejects with `unavailable` where Redis does not answer.
 */
export class JobLine implements AsyncDisposable {
  readonly #settings: JobSettings;
  readonly #connection: CallerConnection;
  #queues: Promise<Queues> | undefined;

  constructor(url: string, settings: JobSettings) {
    this.#settings = settings;
    this.#connection = new CallerConnection(url);
  }

  /** Calls back at each connection, also the first one: what was queued may be lost since. */
  onConnected(call: () => void): void {
    this.#connection.redis.on('ready', call);
  }

  /**
   * Throws `overloaded` where so many more edits of a tenant may not wait. Calls at one time may pass together,
   * so the line is longer than allowed by what comes at once, at most.
   */
  async admit(owner: string, edits: number): Promise<void> {
    const { waitingMax, waitingPerTenantMax } = this.#settings;
    const [all, own] = await this.#run((redis, { edits: queue }) =>
      Promise.all([queue.getJobCountByTypes('prioritized', 'waiting', 'delayed'), redis.scard(keys.waiting(owner))]),
    );
    if (own + edits > waitingPerTenantMax) throw full(`${waitingPerTenantMax} edits of one tenant`);
    if (all + edits > waitingMax) throw full(`${waitingMax} edits`);
  }

  /** Queues edits of a job, behind as many of the tenant's as wait; those that are queued stay where they are. */
  async add(job: JobRef, edits: readonly QueuedEdit[], waiting: number): Promise<void> {
    const tickets = edits.map((edit, index) => ({
      name: 'edit',
      data: { ...job, item: edit.item } satisfies EditTicket,
      opts: { jobId: ticketId(job, edit.item), priority: placeInLine(edit, waiting + index), ...this.#editOptions() },
    }));
    await this.#runPatiently(async (redis, { edits: queue }) => {
      await queue.addBulk(tickets);
      const place = Math.min(...tickets.map(({ opts }) => opts.priority));
      const waits = keys.waiting(job.owner);
      await Promise.all([
        redis.sadd(waits, ...tickets.map(({ opts }) => opts.jobId)),
        redis.pexpire(waits, keptMs),
        redis.zadd(keys.line, 'NX', place * 2 ** 32 + (jobTimeOf(job.id) % 2 ** 32), job.id),
      ]);
    });
  }

  /** Whether the queue can be reached. */
  get isUp(): boolean {
    return this.#connection.redis.status === 'ready';
  }

  async counts(): Promise<LineCounts> {
    const [edits, webhooks, [head]] = await this.#run((_, queues) =>
      Promise.all([
        queues.edits.getJobCounts('prioritized', 'waiting', 'delayed', 'active', 'failed'),
        queues.webhooks.getJobCounts('waiting', 'delayed'),
        queues.edits.getJobs(['prioritized'], 0, 0, true),
      ]),
    );
    const { prioritized = 0, waiting = 0, delayed = 0, active = 0, failed = 0 } = edits;
    return {
      edits: { waiting: prioritized + waiting, delayed, running: active, failed },
      webhooksWaiting: (webhooks['waiting'] ?? 0) + (webhooks['delayed'] ?? 0),
      headSinceMs: head?.timestamp,
    };
  }

  /** How many edits of a tenant wait. */
  waiting(owner: string): Promise<number> {
    return this.#run((redis) => redis.scard(keys.waiting(owner)));
  }

  /** Takes edits out of the queue, but for those that somebody has taken. Returns which are not there any more. */
  async remove(job: JobRef, items: readonly number[]): Promise<readonly number[]> {
    if (items.length === 0) return [];
    return await this.#runPatiently(async (redis, { edits: queue }) => {
      const [removed] = await Promise.all([
        Promise.all(items.map((item) => queue.remove(ticketId(job, item)))),
        redis.zrem(keys.line, job.id),
        redis.srem(keys.waiting(job.owner), ...items.map((item) => ticketId(job, item))),
      ]);
      return items.filter((_, index) => removed[index] !== 0);
    });
  }

  /** Says that an edit runs, and how far it is. */
  async note(job: JobRef, item: number, { done, total }: ItemProgress): Promise<void> {
    await this.#runPatiently(async (redis) => {
      const running = keys.running(job.id);
      await Promise.all([
        redis.hset(running, item, `${done}/${total}`),
        redis.pexpire(running, runningMs),
        redis.srem(keys.waiting(job.owner), ticketId(job, item)),
        redis.zrem(keys.line, job.id),
        redis.publish(changedChannel, job.id),
      ]);
    });
  }

  /** Says that an edit runs no more. */
  async unnote(job: JobRef, item: number): Promise<void> {
    await this.#runPatiently(async (redis) => {
      await Promise.all([redis.hdel(keys.running(job.id), `${item}`), redis.publish(changedChannel, job.id)]);
    });
  }

  /** Forgets a job that has ended or is deleted. */
  async forget(job: JobRef, edits: number): Promise<void> {
    await this.remove(job, itemsOf(edits));
    await this.#runPatiently((redis) =>
      Promise.all([redis.del(keys.running(job.id)), redis.publish(changedChannel, job.id)]),
    );
  }

  async view(job: JobRef): Promise<LineView> {
    const [rank, running] = await this.#run((redis) =>
      Promise.all([redis.zrank(keys.line, job.id), redis.hgetall(keys.running(job.id))]),
    );
    return {
      position: rank ?? 0,
      running: new Map(Object.entries(running).map(([item, text]) => [Number(item), progressOf(text)])),
    };
  }

  /** Edits of a job that the queue does not know and that nobody runs: they have ended, or are lost. */
  async missing(job: JobRef, edits: number): Promise<readonly number[]> {
    const items = itemsOf(edits);
    const known = await this.#runPatiently((redis, { edits: queue }) =>
      Promise.all([
        redis.hkeys(keys.running(job.id)),
        ...items.map((item) => redis.exists(queue.toKey(ticketId(job, item)))),
      ]),
    );
    const [running, ...queued] = known;
    return items.filter((item, index) => queued[index] === 0 && !running.includes(`${item}`));
  }

  /** Edits that were given up, because they have ended gateway after gateway. */
  async givenUp(): Promise<readonly EditTicket[]> {
    const failed = await this.#runPatiently((_, { edits: queue }) => queue.getFailed(0, failedMax));
    return failed.map(({ data }) => data as EditTicket);
  }

  /** Queues a webhook; one that is queued stays where it is. */
  async addWebhook(job: JobRef): Promise<void> {
    const { webhookAttemptsMax: attempts, webhookDelayMs: delay } = this.#settings;
    const backoff = { type: 'exponential', delay, jitter: 0.5 };
    await this.#runPatiently((_, { webhooks }) =>
      webhooks.add('webhook', { ...job }, { jobId: job.id, attempts, backoff, ...bounded, removeOnFail: true }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection[Symbol.dispose]();
  }

  #editOptions(): DefaultJobOptions {
    const { attemptsMax: attempts, attemptDelayMs: delay } = this.#settings;
    return { attempts, backoff: { type: 'exponential', delay, jitter: 0.5 }, ...bounded };
  }

  /** For callers: they hear at once that there is no answer. */
  async #run<Result>(commands: Commands<Result>): Promise<Result> {
    return await this.#connection.run(
      async (redis) => await commands(redis, await this.#open(redis)),
      this.#settings.commandMs,
    );
  }

  /** For what was decided already, and only has to be said: a busy machine is no reason to leave it to the next sweep. */
  async #runPatiently<Result>(commands: Commands<Result>): Promise<Result> {
    return await this.#connection.run(
      async (redis) => await commands(redis, await this.#open(redis)),
      Math.max(patientMs, this.#settings.commandMs),
    );
  }

  /** A queue that did not come up once never does; then another one is made. */
  #open(redis: Redis) {
    this.#queues ??= openQueues(redis).catch((thrown: unknown) => {
      this.#queues = undefined;
      throw thrown;
    });
    return this.#queues;
  }
}

type Commands<Result> = (redis: Redis, queues: Queues) => Promise<Result>;

export function itemsOf(edits: number): readonly number[] {
  return Array.from({ length: edits }, (_, item) => item);
}

export function ticketId({ id }: JobRef, item: number): string {
  return `${id}-${item}`;
}

function progressOf(text: string): ItemProgress {
  const [done = 0, total = 0] = text.split('/').map(Number);
  return { done, total };
}

function full(bound: string): RetryError {
  return new RetryError('overloaded', `jobs: ${bound} wait already; try again later`, { retryAfterMs });
}
