import { type Clock, EitherSignal, ServiceError } from '@instgenie/domain';
import type { Log } from '@instgenie/telemetry';
import type { Caller } from '@instgenie/tenants';
import type { EditOrder } from '../edits/edit-order.ts';
import type { EditedPicture, EditFacts, Editing } from '../edits/editing.ts';
import { afterAttempt } from './after-attempt.ts';
import { CancelWatches } from './cancel-watch.ts';
import { cancelledOutcome, failedOutcome } from './item-outcomes.ts';
import type { JobBlobs } from './job-blobs.ts';
import type { JobEnding } from './job-ending.ts';
import { digestOf, type JobRef } from './job-id.ts';
import type { EditTicket, JobLine } from './job-line.ts';
import type { ItemOutcome, StoredPicture } from './job-record.ts';
import type { JobSettings } from './job-settings.ts';
import { ProgressNotes } from './progress-notes.ts';
import { restoreCaller, restoreEdit } from './stored-edits.ts';
import type { TriedModels } from './tried-models.ts';

/** What becomes of a ticket. */
export type Ran =
  | { readonly kind: 'ended' }
  /** One attempt less. */
  | { readonly kind: 'retry'; readonly error: ServiceError }
  | { readonly kind: 'wait'; readonly delayMs: number }
  /** The gateway closes: somebody else runs it. */
  | { readonly kind: 'given back' };

export interface ItemRunnerParts {
  readonly blobs: JobBlobs;
  readonly line: JobLine;
  readonly ending: JobEnding;
  readonly editing: Editing;
  readonly tried: TriedModels;
  readonly settings: JobSettings;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

interface Attempt {
  readonly order: EditOrder;
  readonly caller: Caller;
}

/** Runs edits of jobs. One that has ended already is not run again. */
export class ItemRunner {
  readonly #parts: ItemRunnerParts;
  readonly #cancels: CancelWatches;

  constructor(parts: ItemRunnerParts) {
    this.#parts = parts;
    const { blobs, clock, settings } = parts;
    this.#cancels = new CancelWatches({ blobs, clock, cancelMs: settings.cancelMs });
  }

  /** `signal`: the gateway closes. */
  async run(ticket: EditTicket, options: { readonly isLast: boolean; readonly signal: AbortSignal }): Promise<Ran> {
    try {
      return await this.#run(ticket, options);
    } catch (thrown) {
      // What is kept of it could not be read or written.
      const error = ServiceError.from(thrown);
      const next = afterAttempt(error, { isLast: false, random: this.#parts.random() });
      return next.kind === 'wait' ? next : { kind: 'retry', error };
    }
  }

  async #run(ticket: EditTicket, { isLast, signal }: { isLast: boolean; signal: AbortSignal }): Promise<Ran> {
    const { blobs, ending, line } = this.#parts;
    const { item, ...job } = ticket;
    const attempt = await this.#open(ticket);
    if (attempt === undefined) {
      // Deleted, or ended before: then perhaps by somebody who could not say so to the end.
      const order = await blobs.order(job);
      if (order !== undefined) await ending.end(job, order);
      return { kind: 'ended' };
    }
    using cancel = this.#cancels.watch(job);
    try {
      using either = new EitherSignal(signal, cancel.signal);
      const outcome = await this.#edit(ticket, attempt, either.signal);
      await ending.settle(job, item, outcome);
      return { kind: 'ended' };
    } catch (thrown) {
      await line.unnote(job, item).catch(() => undefined);
      const error = ServiceError.from(thrown);
      if (cancel.signal.aborted || signal.aborted) this.#stop(attempt);
      if (cancel.signal.aborted) {
        await ending.settle(job, item, cancelledOutcome);
        return { kind: 'ended' };
      }
      if (signal.aborted) return { kind: 'given back' };
      return await this.#afterFailure(ticket, error, isLast);
    }
  }

  /** Ends the edits of a job that run here, at their next step. */
  cancel(job: JobRef): void {
    this.#cancels.cancel(job);
  }

  async #afterFailure({ item, ...job }: EditTicket, error: ServiceError, isLast: boolean): Promise<Ran> {
    const { ending, random, log } = this.#parts;
    const next = afterAttempt(error, { isLast, random: random() });
    log.info({ event: 'job edit tried', job: job.id, item, code: error.code, next: next.kind });
    switch (next.kind) {
      case 'retry':
        return { kind: 'retry', error };
      case 'wait':
        return next;
      case 'fail':
        await ending.settle(job, item, failedOutcome(error));
        return { kind: 'ended' };
    }
  }

  /** Undefined where there is nothing to run any more. */
  async #open({ item, ...job }: EditTicket): Promise<Attempt | undefined> {
    const { blobs, ending } = this.#parts;
    const [order, edits, ended] = await Promise.all([blobs.order(job), blobs.edits(job), blobs.outcome(job, item)]);
    const stored = edits?.edits[item];
    if (order === undefined || edits === undefined || stored === undefined || ended !== undefined) return undefined;
    if (await blobs.isCancelled(job)) {
      await ending.settle(job, item, cancelledOutcome);
      return undefined;
    }
    const read = (sha256: string) => blobs.file(job, 'inputs', sha256);
    return {
      order: await restoreEdit(stored, { id: job.id, item, read }),
      caller: restoreCaller(order.tenant, edits.caller),
    };
  }

  async #edit(ticket: EditTicket, { order, caller }: Attempt, signal: AbortSignal): Promise<ItemOutcome> {
    const { editing, tried, line, clock, settings } = this.#parts;
    using progress = new ProgressNotes({ line, clock, progressMs: settings.progressMs }, ticket);
    const pictures: (StoredPicture | undefined)[] = [];
    let facts: EditFacts | undefined;
    for await (const news of editing.watch(order, { caller, signal, traceparent: undefined })) {
      signal.throwIfAborted();
      if (news.kind === 'accepted') {
        facts = news.facts;
        tried.note(facts.model);
        progress.set({ done: 0, total: news.facts.steps });
      } else if (news.kind === 'stepped') progress.set(news);
      else if (news.kind === 'picture') pictures[news.index] = await this.#keep(ticket, news.picture);
    }
    signal.throwIfAborted();
    const kept = pictures.filter((picture) => picture !== undefined);
    if (facts === undefined || kept.length !== order.count) {
      throw new ServiceError('internal', `job: an edit ended with ${kept.length} of ${order.count} results`);
    }
    const { steps } = facts;
    return {
      version: 1,
      state: 'done',
      stepsDone: steps,
      stepsTotal: steps,
      facts: { ...facts, warnings: [...facts.warnings] },
      pictures: kept,
    };
  }

  async #keep(job: JobRef, { image, scores, ...facts }: EditedPicture): Promise<StoredPicture> {
    const sha256 = digestOf(image);
    await this.#parts.blobs.putFile(job, 'results', { sha256, bytes: image });
    return { ...facts, times: { ...facts.times }, scores: scores.map((score) => ({ ...score })), sha256 };
  }

  /** Whoever stops listening leaves an edit running for a while; this one is not wanted any more. */
  #stop({ order, caller }: Attempt): void {
    try {
      this.#parts.editing.cancel(order.requestId, caller);
    } catch {
      // It has ended by itself.
    }
  }
}
