import { type Clock, ServiceError } from '@instgenie/domain';
import type { Log } from '@instgenie/telemetry';
import { forEachAtOnce } from './at-once.ts';
import { failedOutcome } from './item-outcomes.ts';
import type { JobBlobs, OpenJob } from './job-blobs.ts';
import type { JobEnding } from './job-ending.ts';
import { type JobRef, jobTimeOf } from './job-id.ts';
import type { JobLine } from './job-line.ts';
import type { ExpiryRecord } from './job-record.ts';

/** Nobody takes so long to take a job. */
const takingMs = 600_000;
const atOnce = 16;

export interface JobSweepParts {
  readonly blobs: JobBlobs;
  readonly line: JobLine;
  readonly ending: JobEnding;
  readonly nowMs: () => number;
  readonly log: Log;
}

/** What a look has found. */
export interface Swept {
  readonly requeued: number;
  readonly expired: number;
}

/**
 * Puts right what was cut off: edits of jobs that the queue has lost are queued again, and jobs go when their time is
 * over. All gateways do it, and no harm is done where two do at once.
 */
export class JobSweep {
  readonly #parts: JobSweepParts;
  #next = Promise.withResolvers<void>();

  constructor(parts: JobSweepParts) {
    this.#parts = parts;
  }

  async sweep(): Promise<Swept> {
    const expired = await this.#expire();
    await this.#giveUp();
    let requeued = 0;
    await forEachAtOnce(this.#parts.blobs.open(), atOnce, async (job) => {
      requeued += await this.#tendOrSkip(job);
    });
    if (requeued > 0 || expired > 0) this.#parts.log.info({ event: 'jobs swept', requeued, expired });
    return { requeued, expired };
  }

  /**
   * Sweeps until the signal aborts: now and then, and whenever Redis is there again, which may have forgotten everything.
   * A sweep that fails leaves all to the next one.
   */
  async run(
    { clock, sweepMs }: { readonly clock: Clock; readonly sweepMs: number },
    signal: AbortSignal,
  ): Promise<void> {
    this.#parts.line.onConnected(() => this.soon());
    signal.addEventListener('abort', () => this.soon(), { once: true });
    for (;;) {
      const takeBack = clock.after(sweepMs, () => this.soon());
      await this.#next.promise;
      takeBack();
      if (signal.aborted) return;
      this.#next = Promise.withResolvers<void>();
      await this.sweep().catch((thrown: unknown) => {
        this.#parts.log.warn({ event: 'jobs not swept', code: ServiceError.from(thrown).code });
      });
    }
  }

  /** Sweeps again once the sweep that runs, if one does, has ended. */
  soon(): void {
    this.#next.resolve();
  }

  /** A job that cannot be read does not keep the others from being looked after. */
  async #tendOrSkip(job: OpenJob): Promise<number> {
    try {
      return await this.#tend(job);
    } catch (thrown) {
      const { code } = ServiceError.from(thrown);
      if (code === 'unavailable') throw thrown;
      this.#parts.log.warn({ event: 'job not swept', job: job.id, code });
      return 0;
    }
  }

  /** Returns how many edits were queued again. */
  async #tend(open: OpenJob): Promise<number> {
    const { blobs, ending, line, nowMs } = this.#parts;
    const { edits, ...job } = open;
    // Most jobs wait as they should: of those nothing is read.
    const missing = await line.missing(job, edits);
    if (missing.length === 0) return 0;
    const order = await blobs.order(job);
    if (order === undefined) {
      // Whoever was taking it has died, and told nobody that it was taken.
      if (jobTimeOf(job.id) + takingMs < nowMs()) await blobs.deleteOpen(open);
      return 0;
    }
    if ((await blobs.end(job)) !== undefined) await ending.close(job, order);
    else if (!(await ending.end(job, order))) return await this.#requeue(job, missing);
    return 0;
  }

  /** Edits that end after they were missed, and before their ends are read, are not lost. */
  async #requeue(job: JobRef, missing: readonly number[]): Promise<number> {
    const { blobs, line } = this.#parts;
    const ended = new Set(await blobs.endedItems(job));
    const lost = missing.filter((item) => !ended.has(item));
    if (lost.length === 0) return 0;
    const stored = await blobs.edits(job);
    if (stored === undefined) return 0;
    const edits = lost.map((item) => ({ item, priority: stored.edits[item]?.priority ?? 'batch' }) as const);
    await line.add(job, edits, await line.waiting(job.owner));
    return lost.length;
  }

  /** Edits that have ended gateway after gateway do not get another one. */
  async #giveUp(): Promise<void> {
    const { ending, line } = this.#parts;
    for (const { item, ...job } of await line.givenUp()) {
      const why = new ServiceError('internal', 'job: its gateways have ended again and again');
      await ending.settle(job, item, failedOutcome(why));
      await line.remove(job, [item]);
    }
  }

  async #expire(): Promise<number> {
    const { blobs, nowMs } = this.#parts;
    let expired = 0;
    for await (const { note, record } of blobs.expired(nowMs())) {
      await this.#delete(record);
      await blobs.deleteNote(note);
      expired++;
    }
    return expired;
  }

  async #delete({ owner, id, request }: ExpiryRecord): Promise<void> {
    const { blobs, line } = this.#parts;
    const job = { owner, id };
    const order = await blobs.order(job);
    await blobs.delete(job);
    if (order !== undefined) {
      await blobs.deleteOpen({ ...job, edits: order.edits });
      // What is still queued finds no job, and ends.
      await line.forget(job, order.edits).catch(() => undefined);
    }
    const known = await blobs.request(owner, request);
    if (known?.record.id !== id) return;
    await blobs.deleteRequest(owner, request);
  }
}
