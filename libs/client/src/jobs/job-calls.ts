import { isDeepStrictEqual } from 'node:util';
import { ServiceError } from '@instgenie/domain';
import type { CallOptions, NamedCallOptions } from '../call-options.ts';
import type { EditSpec } from '../edits/edit.ts';
import { toSpec } from '../edits/edit-messages.ts';
import { pages } from '../pages.ts';
import type { Calls } from '../retries/calls.ts';
import { collect, defined, durationOf, wholeNumber } from '../wire.ts';
import { hasEnded, type Job } from './job.ts';
import { fromJob } from './job-messages.ts';

/** More than any result. */
const resultBytesMax = 64 * 1024 ** 2;
/** Watching lasts as long as jobs may. */
const watchMs = 86_400_000;

export interface SubmitOptions extends NamedCallOptions {
  /** Called with the job when it has ended. */
  readonly webhookUrl?: string | undefined;
  /** How long results are kept. */
  readonly ttlMs?: number | undefined;
}

/** Edits that nobody waits for. */
export class JobCalls {
  readonly #calls: Calls;
  readonly #newId: () => string;

  constructor(calls: Calls, newId: () => string) {
    this.#calls = calls;
    this.#newId = newId;
  }

  /** Takes 1 to 100 edits; resolves once the job is kept. */
  async submit(edits: readonly EditSpec[], options: SubmitOptions = {}): Promise<Job> {
    const { requestId = this.#newId(), webhookUrl, ttlMs } = options;
    const ttl = ttlMs === undefined ? undefined : durationOf(ttlMs);
    const request = { requestId, edits: edits.map(toSpec), ...defined({ webhookUrl, ttl }) };
    const { job } = await this.#calls.once(({ jobs }, wire) => jobs.unary('SubmitJob', request, wire), options);
    return fromJob(job);
  }

  async get(id: string, options: CallOptions = {}): Promise<Job> {
    const { job } = await this.#calls.once(({ jobs }, wire) => jobs.unary('GetJob', { jobId: id }, wire), options);
    return fromJob(job);
  }

  /** All of them, the newest first; pages are asked for as they are needed. */
  list(options: CallOptions & { readonly pageSize?: number | undefined } = {}): AsyncGenerator<Job, void> {
    return pages(options, async (page) => {
      const answer = await this.#calls.once(({ jobs }, wire) => jobs.unary('ListJobs', page, wire), options);
      return { items: answer.jobs.map(fromJob), nextPageToken: answer.nextPageToken };
    });
  }

  /** Ends a job; results that are there stay. */
  async cancel(id: string, options: CallOptions = {}): Promise<Job> {
    const { job } = await this.#calls.once(({ jobs }, wire) => jobs.unary('CancelJob', { jobId: id }, wire), options);
    return fromJob(job);
  }

  /** The job now, and each time it has changed, until it has ended. Goes on when a connection breaks. */
  async *watch(id: string, options: CallOptions = {}): AsyncGenerator<Job, void> {
    let last: Job | undefined;
    const messages = this.#calls.stream(({ jobs }, wire) => jobs.stream('WatchJob', { jobId: id }, wire), {
      deadlineMs: watchMs,
      ...options,
      isLasting: true,
      isComplete: () => last !== undefined && hasEnded(last),
    });
    for await (const message of messages) {
      const job = fromJob(message.job);
      if (isDeepStrictEqual(job, last)) continue;
      last = job;
      yield job;
    }
  }

  /** The job when it has ended, in whatever way. */
  async wait(id: string, options: CallOptions = {}): Promise<Job> {
    for await (const job of this.watch(id, options)) if (hasEnded(job)) return job;
    throw new ServiceError('internal', 'the server has stopped telling of a job that has not ended');
  }

  /** The file of a result. */
  async result(
    id: string,
    which: { readonly item?: number; readonly picture?: number } = {},
    options: CallOptions = {},
  ): Promise<Uint8Array> {
    const request = {
      jobId: id,
      ...defined({ item: wholeNumber('item', which.item), picture: wholeNumber('picture', which.picture) }),
    };
    return await this.#calls.once(
      ({ jobs }, wire) => collect(jobs.stream('ReadJobResult', request, wire), resultBytesMax),
      options,
    );
  }
}
