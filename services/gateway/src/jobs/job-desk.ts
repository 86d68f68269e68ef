import type { BlobStore } from '@instgenie/blobs';
import { type Clock, EitherSignal, ServiceError, systemClock } from '@instgenie/domain';
import type { Log } from '@instgenie/telemetry';
import type { Caller } from '@instgenie/tenants';
import type { Editing } from '../edits/editing.ts';
import { forEachAtOnce } from './at-once.ts';
import { ItemRunner } from './item-runner.ts';
import { JobBlobs } from './job-blobs.ts';
import { JobChanges } from './job-changes.ts';
import { JobEnding } from './job-ending.ts';
import { isJobId, type JobRef, ownerOf } from './job-id.ts';
import { JobLine, type LineCounts } from './job-line.ts';
import type { OrderRecord } from './job-record.ts';
import { type JobSettings, jobSettings } from './job-settings.ts';
import { JobSweep, type Swept } from './job-sweep.ts';
import { JobWorkers } from './job-workers.ts';
import type { Job, JobOrder, Jobs } from './jobs.ts';
import { checkRedisUrl } from './queue-connection.ts';
import { type KnownOutcomes, readJob } from './read-job.ts';
import { draftJob, type JobDraft, knownJob, type TakenJob, takeJob } from './take-job.ts';
import { TriedModels } from './tried-models.ts';
import { checkWebhookUrl, type Resolve, resolveHost } from './webhooks/webhook-target.ts';
import { WebhookTeller } from './webhooks/webhook-teller.ts';

const readsAtOnce = 16;

export interface JobDeskParts {
  /** `redis://` or `rediss://`. */
  readonly redis: string;
  readonly blobs: BlobStore;
  readonly editing: Editing;
  readonly settings: Partial<JobSettings>;
  readonly log: Log;
  readonly clock?: Clock;
  /** Milliseconds of the epoch. */
  readonly nowMs?: () => number;
  /** In [0, 1). */
  readonly random?: () => number;
  readonly resolve?: Resolve;
}

/**
 * Jobs, kept in blobs and queued in Redis. Takes and runs them from the start on, whether or not Redis is there: what was
 * taken is run when it is. Closing gives back what runs.
 */
export class JobDesk implements Jobs, AsyncDisposable {
  readonly #settings: JobSettings;
  readonly #nowMs: () => number;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #blobs: JobBlobs;
  readonly #line: JobLine;
  readonly #tried = new TriedModels();
  readonly #changes: JobChanges;
  readonly #ending: JobEnding;
  readonly #runner: ItemRunner;
  readonly #sweep: JobSweep;
  readonly #workers: JobWorkers | undefined;
  readonly #closing = new AbortController();
  readonly #sweeping: Promise<void>;

  constructor({ redis, editing, settings, log, ...parts }: JobDeskParts) {
    checkRedisUrl(redis);
    const { clock = systemClock, nowMs = Date.now, random = Math.random, resolve = resolveHost } = parts;
    this.#settings = { ...jobSettings, ...settings };
    this.#nowMs = nowMs;
    this.#clock = clock;
    this.#log = log;
    const blobs = new JobBlobs(parts.blobs);
    const line = new JobLine(redis, this.#settings);
    const ending = new JobEnding({ blobs, line, nowMs, log });
    this.#blobs = blobs;
    this.#line = line;
    this.#ending = ending;
    this.#changes = new JobChanges(redis);
    const tried = this.#tried;
    this.#runner = new ItemRunner({
      blobs,
      line,
      ending,
      editing,
      tried,
      settings: this.#settings,
      clock,
      random,
      log,
    });
    this.#sweep = new JobSweep({ blobs, line, ending, nowMs, log });
    const teller = new WebhookTeller({ blobs, settings: this.#settings, resolve, nowMs, log });
    const workers = { redis, settings: this.#settings, runner: this.#runner, teller };
    this.#workers = this.#settings.concurrency === 0 ? undefined : new JobWorkers(workers);
    const { signal } = this.#closing;
    this.#sweeping = this.#sweep.run({ clock, sweepMs: this.#settings.sweepMs }, signal);
  }

  /** Whether the queue can be reached. */
  get isQueueUp(): boolean {
    return this.#line.isUp;
  }

  /** All that waits and runs, of all gateways. Rejects with `unavailable` where the queue does not answer. */
  counts(): Promise<LineCounts> {
    return this.#line.counts();
  }

  /** Edits that wait, of all gateways, by model as far as can be said. */
  async waiting(): Promise<ReadonlyMap<string, number>> {
    const { edits } = await this.#line.counts();
    return this.#tried.split(edits.waiting + edits.delayed);
  }

  async submit(order: JobOrder, caller: Caller): Promise<Job> {
    this.#checkWebhook(order.webhookUrl);
    const draft = draftJob(order, caller);
    const nowMs = this.#nowMs();
    // Asked first, so that without Redis the answer comes at once.
    const waiting = await this.#line.waiting(draft.owner);
    const known = await knownJob(this.#blobs, draft, nowMs);
    const taken = known ?? (await this.#take(draft, { order, caller, nowMs }));
    if (!taken.isKnown) await this.#queue(taken, waiting);
    return await this.#read(taken.job, taken.order);
  }

  async get(id: string, caller: Caller): Promise<Job> {
    const { job, order } = await this.#find(id, caller);
    return await this.#read(job, order);
  }

  async list(
    { size, token }: { readonly size: number; readonly token: string },
    { tenant }: Caller,
  ): Promise<{ readonly jobs: readonly Job[]; readonly nextToken: string }> {
    if (token !== '' && !isJobId(token)) throw invalid('page_token', 'expected that of the answer before');
    const owner = ownerOf(tenant);
    const ids: string[] = [];
    for await (const id of this.#blobs.ids(owner)) {
      if (id <= token) continue;
      ids.push(id);
      if (ids.length > size) break;
    }
    const page = ids.slice(0, size);
    const jobs: (Job | undefined)[] = [];
    await forEachAtOnce(page.entries(), readsAtOnce, async ([index, id]) => {
      const order = await this.#blobs.order({ owner, id });
      jobs[index] = order && (await this.#read({ owner, id }, order));
    });
    return {
      jobs: jobs.filter((job) => job !== undefined),
      nextToken: ids.length > size ? (page.at(-1) ?? '') : '',
    };
  }

  async cancel(id: string, caller: Caller): Promise<Job> {
    const { job, order } = await this.#find(id, caller);
    if ((await this.#blobs.end(job)) === undefined) {
      await this.#line.waiting(job.owner);
      await this.#blobs.putCancel(job, this.#nowMs());
      this.#runner.cancel(job);
      await this.#ending.cancelWaiting(job, order);
      this.#log.info({ event: 'job cancelled', job: id });
    }
    return await this.#read(job, order);
  }

  async *watch(
    id: string,
    { caller, signal }: { readonly caller: Caller; readonly signal: AbortSignal },
  ): AsyncIterable<Job> {
    const { job, order } = await this.#find(id, caller);
    const known: KnownOutcomes = new Map();
    const stop = new AbortController();
    using either = new EitherSignal(signal, stop.signal, this.#closing.signal);
    const until = either.signal;
    try {
      let last: string | undefined;
      while (!until.aborted) {
        // Before it is read: what changes meanwhile is not missed.
        const changed = this.#changes.next(id, { clock: this.#clock, waitMs: this.#settings.watchMs, signal: until });
        const view = await this.#readIfThere(job, { order, known });
        const text = JSON.stringify(view);
        if (view !== undefined && text !== last) yield view;
        last = view === undefined ? last : text;
        if (view?.endedAtMs !== undefined) return;
        await changed;
      }
      if (!signal.aborted) throw new ServiceError('unavailable', 'the gateway closes: watch the job again');
    } finally {
      stop.abort();
    }
  }

  async result(
    { id, item, picture }: { readonly id: string; readonly item: number; readonly picture: number },
    caller: Caller,
  ): Promise<Uint8Array> {
    const { job } = await this.#find(id, caller);
    const found = (await this.#blobs.outcome(job, item))?.pictures[picture];
    if (found === undefined) throw new ServiceError('not-found', 'job: it has no such result', { field: 'picture' });
    return await this.#blobs.file(job, 'results', found.sha256);
  }

  /** Puts right what was cut off, and deletes what has expired; also done by itself. */
  sweep(): Promise<Swept> {
    return this.#sweep.sweep();
  }

  /** Gives back the edits that run here and takes no more; it still answers whoever asks. For a gateway that drains. */
  async leave(): Promise<void> {
    await this.#workers?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#sweeping;
    await this.leave();
    this.#changes[Symbol.dispose]();
    await this.#line[Symbol.asyncDispose]();
  }

  async #take(
    draft: JobDraft,
    options: { readonly order: JobOrder; readonly caller: Caller; readonly nowMs: number },
  ): Promise<TakenJob> {
    await this.#line.admit(draft.owner, draft.edits.length);
    return await takeJob(this.#blobs, draft, options);
  }

  /** It is taken already: where the queue does not take it, the next sweep brings it there. */
  async #queue({ job, order, edits }: TakenJob, waiting: number): Promise<void> {
    const queued = edits.map(({ priority }, item) => ({ item, priority }));
    const isQueued = await this.#line.add(job, queued, waiting).then(
      () => true,
      () => false,
    );
    if (!isQueued) this.#sweep.soon();
    this.#log.info({ event: 'job taken', job: job.id, edits: order.edits, isQueued });
  }

  #checkWebhook(url: string | undefined): void {
    if (url === undefined) return;
    if (this.#settings.webhookSecret === undefined) throw invalid('webhook_url', 'this deployment sends no webhooks');
    checkWebhookUrl(url, this.#settings);
  }

  async #find(id: string, { tenant }: Caller): Promise<{ readonly job: JobRef; readonly order: OrderRecord }> {
    const job = { owner: ownerOf(tenant), id };
    const order = isJobId(id) ? await this.#blobs.order(job) : undefined;
    if (order === undefined || order.expiresAtMs <= this.#nowMs()) {
      throw new ServiceError('not-found', 'job: there is none with this id', { field: 'job_id' });
    }
    return { job, order };
  }

  #read(job: JobRef, order: OrderRecord): Promise<Job> {
    return readJob({ blobs: this.#blobs, line: this.#line }, job, { order });
  }

  /** Undefined while nobody can say: Redis may come back. */
  async #readIfThere(
    job: JobRef,
    { order, known }: { readonly order: OrderRecord; readonly known: KnownOutcomes },
  ): Promise<Job | undefined> {
    if ((await this.#blobs.order(job)) === undefined) {
      throw new ServiceError('not-found', 'job: it has expired', { field: 'job_id' });
    }
    try {
      return await readJob({ blobs: this.#blobs, line: this.#line }, job, { order, known });
    } catch (thrown) {
      if (thrown instanceof ServiceError && thrown.code === 'unavailable') return undefined;
      throw thrown;
    }
  }
}

function invalid(field: string, text: string): ServiceError {
  return new ServiceError('invalid', `${field}: ${text}`, { field });
}
