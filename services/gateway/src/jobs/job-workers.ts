import { DelayedError, type Job, WaitingError, Worker, type WorkerOptions } from 'bullmq';
import { editsQueue, prefix, webhooksQueue } from './edit-queues.ts';
import type { ItemRunner } from './item-runner.ts';
import type { JobRef } from './job-id.ts';
import type { EditTicket } from './job-line.ts';
import type { JobSettings } from './job-settings.ts';
import { PatientRedis } from './queue-connection.ts';
import type { WebhookTeller } from './webhooks/webhook-teller.ts';

const webhooksAtOnce = 8;

export interface JobWorkersParts {
  readonly redis: string;
  readonly settings: JobSettings;
  readonly runner: ItemRunner;
  readonly teller: WebhookTeller;
}

/** Takes edits and webhooks from the queue. When it closes, what runs is given back. */
export class JobWorkers implements AsyncDisposable {
  readonly #parts: JobWorkersParts;
  readonly #connection: PatientRedis;
  readonly #workers: readonly Worker[];
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(parts: JobWorkersParts) {
    this.#parts = parts;
    this.#connection = new PatientRedis(parts.redis);
    const { concurrency } = parts.settings;
    this.#workers = [
      new Worker<EditTicket>(editsQueue, (job, token) => this.#edit(job, token), this.#options(concurrency)),
      new Worker<JobRef>(webhooksQueue, (job) => this.#tell(job), this.#options(webhooksAtOnce)),
    ];
    // What it could not do is tried again, by this one or another.
    for (const worker of this.#workers) worker.on('error', () => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    const closed = Promise.all(this.#workers.map((worker) => worker.close()));
    // Without Redis nothing can be given back: others find out that it was lost.
    const closeMs = this.#connection.redis.status === 'ready' ? this.#parts.settings.closeMs : 0;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, closeMs);
    await Promise.race([closed, late.promise]);
    clearTimeout(timer);
    this.#connection[Symbol.dispose]();
    closed.catch(() => undefined);
  }

  async #edit(job: Job<EditTicket>, token: string | undefined): Promise<void> {
    const isLast = isLastAttempt(job);
    const ran = await this.#parts.runner.run(job.data, { isLast, signal: this.#closing.signal });
    switch (ran.kind) {
      case 'ended':
        return;
      case 'retry':
        // The reason stands in the log; the queue is told that there was one.
        throw new Error(ran.error.code);
      case 'wait':
        await job.moveToDelayed(Date.now() + ran.delayMs, token);
        throw new DelayedError();
      case 'given back':
        await job.moveToWait(token);
        throw new WaitingError();
    }
  }

  async #tell(job: Job<JobRef>): Promise<void> {
    if (!(await this.#parts.teller.tell(job.data, isLastAttempt(job)))) throw new Error('not taken');
  }

  #options(concurrency: number): WorkerOptions {
    const { lockMs, stalledMs, stallsMax } = this.#parts.settings;
    return {
      connection: this.#connection.redis,
      prefix,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: stalledMs,
      maxStalledCount: stallsMax,
    };
  }
}

function isLastAttempt({ attemptsMade, opts }: Job): boolean {
  return attemptsMade + 1 >= (opts.attempts ?? 1);
}
