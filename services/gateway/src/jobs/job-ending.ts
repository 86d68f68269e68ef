import type { Log } from '@instgenie/telemetry';
import { cancelledOutcome } from './item-outcomes.ts';
import type { JobBlobs } from './job-blobs.ts';
import type { JobRef } from './job-id.ts';
import { itemsOf, type JobLine } from './job-line.ts';
import type { ItemOutcome, OrderRecord } from './job-record.ts';
import { endState } from './job-view.ts';
import { type KnownOutcomes, readOutcomes } from './read-job.ts';

/** Ends edits and jobs. Everything here may be done twice, or by two gateways at once: the first one is right. */
export class JobEnding {
  readonly #blobs: JobBlobs;
  readonly #line: JobLine;
  readonly #nowMs: () => number;
  readonly #log: Log;

  constructor(parts: { blobs: JobBlobs; line: JobLine; nowMs: () => number; log: Log }) {
    this.#blobs = parts.blobs;
    this.#line = parts.line;
    this.#nowMs = parts.nowMs;
    this.#log = parts.log;
  }

  /** An edit has ended; with the last one of a job the job has. */
  async settle(job: JobRef, item: number, outcome: ItemOutcome): Promise<void> {
    const isFirst = await this.#blobs.putOutcome(job, item, outcome);
    if (isFirst) {
      const { state, stepsTotal: steps, failure } = outcome;
      this.#log.info({ event: 'job edit ended', job: job.id, item, state, steps, code: failure?.code });
    }
    await this.#line.unnote(job, item).catch(laterBySweep);
    const order = await this.#blobs.order(job);
    if (order !== undefined) await this.end(job, order);
    // Deleted while it ran: what it has left goes too.
    else await this.#blobs.delete(job);
  }

  /** Ends a job all of whose edits have ended. Returns whether it has. */
  async end(job: JobRef, order: OrderRecord): Promise<boolean> {
    if ((await this.#blobs.endedItems(job)).length < order.edits) return false;
    const known: KnownOutcomes = new Map();
    await readOutcomes(this.#blobs, job, known);
    const items = Array.from({ length: order.edits }, (_, item) => known.get(item)).filter(
      (item) => item !== undefined,
    );
    // Deleted meanwhile.
    if (items.length < order.edits) return false;
    const state = endState(items, await this.#blobs.isCancelled(job));
    const isFirst = await this.#blobs.putEnd(job, { version: 1, state, endedAtMs: this.#nowMs(), items });
    if (isFirst) this.#log.info({ event: 'job ended', job: job.id, edits: order.edits, state });
    await this.close(job, order).catch(laterBySweep);
    return true;
  }

  /** Ends those edits of a cancelled job that nobody has begun; the others end where they run. */
  async cancelWaiting(job: JobRef, order: OrderRecord): Promise<void> {
    const ended = new Set(await this.#blobs.endedItems(job));
    const open = itemsOf(order.edits).filter((item) => !ended.has(item));
    const waiting = await this.#line.remove(job, open);
    await Promise.all(waiting.map((item) => this.#blobs.putOutcome(job, item, cancelledOutcome)));
    await this.end(job, order);
  }

  /** What is left to do for a job that has ended: to forget it in the queue, and to tell whoever wants to be told. */
  async close(job: JobRef, order: OrderRecord): Promise<void> {
    await this.#line.forget(job, order.edits);
    const isTold = order.webhookUrl === undefined || (await this.#blobs.isWebhookDelivered(job)) !== undefined;
    if (isTold) await this.#blobs.deleteOpen({ ...job, edits: order.edits });
    else await this.#line.addWebhook(job);
  }
}

/** The job is still noted as open: the next sweep does it. */
function laterBySweep(): undefined {
  return undefined;
}
