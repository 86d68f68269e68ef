import assert from 'node:assert/strict';
import { type Clock, ServiceError } from '@instgenie/domain';
import { type AdmissionPolicy, type BatchLimits, continuousBatching, preempted } from './admission-policy.ts';
import { type BatchedEdit, type EditRequest, stepsLeft } from './edit-request.ts';
import { FairShares } from './fair-shares.ts';
import { predictFinish, type StepTime, type TimedEdit } from './predict-finish.ts';
import { level, waitingOrder } from './waiting-order.ts';

/** Runs one denoising step of edits together. Rejects with what went wrong with all of them. */
export interface StepExecutor<Work> {
  step(batch: readonly Work[]): Promise<void>;
}

/** How an edit ended. `left`: it goes on elsewhere, from the step it has reached. */
export type EditOutcome =
  | { readonly kind: 'done' | 'cancelled' | 'expired' }
  | { readonly kind: 'left'; readonly stepsDone: number }
  | { readonly kind: 'failed'; readonly error: ServiceError };

/** What happens to an edit before it ends. */
export type EditEvent =
  | { readonly kind: 'admitted'; readonly waitedMs: number }
  | { readonly kind: 'stepped'; readonly done: number; readonly total: number }
  | { readonly kind: 'preempted' };

/** `full`: too many wait. `late`: it would not be done by its deadline. `closed`: nobody is taken any more. */
export type Submission =
  | { readonly kind: 'accepted'; readonly outcome: Promise<EditOutcome> }
  | { readonly kind: 'refused'; readonly reason: 'full' | 'late' | 'closed'; readonly retryAfterMs: number };

export interface BatcherSettings extends BatchLimits {
  readonly waitingMax: number;
  readonly agingMs: number;
  /** How long an edit may wait for others of its variant that are on their way, so that they share loads; 0 unless told. */
  readonly shareMs?: number;
  readonly policy?: AdmissionPolicy;
}

export interface BatcherParts<Work> {
  readonly executor: StepExecutor<Work>;
  readonly clock: Clock;
  /** What a step of such a batch will take; for predictions only. */
  readonly stepTime: StepTime;
  readonly settings: BatcherSettings;
}

interface Entry<Work> extends BatchedEdit {
  readonly work: Work;
  readonly outcome: PromiseWithResolvers<EditOutcome>;
  readonly onEvent: (event: EditEvent) => void;
  /** What it is to end as at the next step boundary. */
  ending: 'cancelled' | 'left' | undefined;
}

/**
 * Batches the denoising steps of many edits on one device: they join and leave between steps, never inside one.
 * Invariants: an edit is in exactly one of waiting, running and held; each accepted edit ends exactly once.
 */
export class Batcher<Work> {
  readonly #executor: StepExecutor<Work>;
  readonly #clock: Clock;
  readonly #stepTime: StepTime;
  readonly #settings: BatcherSettings;
  readonly #policy: AdmissionPolicy;
  readonly #shares = new FairShares();
  readonly #waiting = new Map<string, Entry<Work>>();
  readonly #running = new Map<string, Entry<Work>>();
  /** Done, but kept until their batch is. */
  readonly #held = new Map<string, Entry<Work>>();
  /** Edits that are on their way, by variant. */
  readonly #expected = new Map<string, number>();
  #places = 0;
  #state: 'open' | 'draining' | 'closed' = 'open';
  #news = Promise.withResolvers<void>();

  constructor({ executor, clock, stepTime, settings }: BatcherParts<Work>) {
    assert(settings.batchMax > 0 && settings.waitingMax >= 0 && settings.agingMs > 0, 'a batcher has limits');
    this.#executor = executor;
    this.#clock = clock;
    this.#stepTime = stepTime;
    this.#settings = settings;
    this.#policy = settings.policy ?? continuousBatching;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Masked token-steps of all edits that wait or run. */
  get maskedTokenSteps(): number {
    return [...this.#waiting.values(), ...this.#running.values()].reduce((sum, entry) => sum + cost(entry), 0);
  }

  /** Takes an edit, or says at once why not. Its `work` is stepped from the next step boundary on at which it fits. */
  submit(request: EditRequest, work: Work, onEvent: (event: EditEvent) => void = () => undefined): Submission {
    assert(request.maskedTokens > 0 && request.stepsDone >= 0 && request.stepsDone < request.stepsTotal);
    assert(!this.#has(request.id), 'ids of edits are unique');
    const { waitingMax, bytesMax } = this.#settings;
    if (this.#state !== 'open') return { kind: 'refused', reason: 'closed', retryAfterMs: 0 };
    const entry: Entry<Work> = {
      request,
      work,
      onEvent,
      arrivedMs: this.#clock.now(),
      place: this.#places++,
      stepsDone: request.stepsDone,
      outcome: Promise.withResolvers(),
      ending: undefined,
    };
    if (this.#waiting.size >= waitingMax || request.bytes > bytesMax) {
      return { kind: 'refused', reason: 'full', retryAfterMs: this.#soonestMs() };
    }
    this.#shares.enter(request.tenant);
    const lateMs = this.#finishMs(entry) - (request.deadlineMs ?? Number.POSITIVE_INFINITY);
    if (lateMs > 0) {
      this.#shares.leave(request.tenant);
      return { kind: 'refused', reason: 'late', retryAfterMs: lateMs };
    }
    this.#waiting.set(request.id, entry);
    this.#news.resolve();
    return { kind: 'accepted', outcome: entry.outcome.promise };
  }

  /** Says that an edit of a variant is on its way, until it is submitted or given up: then to be disposed of. */
  expect(variant: string): Disposable {
    this.#expected.set(variant, (this.#expected.get(variant) ?? 0) + 1);
    let isOpen = true;
    return {
      [Symbol.dispose]: () => {
        if (!isOpen) return;
        isOpen = false;
        const left = (this.#expected.get(variant) ?? 1) - 1;
        if (left > 0) this.#expected.set(variant, left);
        else this.#expected.delete(variant);
        this.#news.resolve();
      },
    };
  }

  /** How many edits are ahead of one that waits; 0 for any other. */
  position(id: string): number {
    return Math.max(
      0,
      this.#order().findIndex(({ request }) => request.id === id),
    );
  }

  /** When edits would be done that came now, one after the other at the end of the line, ms from now: the last of them. */
  predictMs(edits: readonly TimedEdit[]): number {
    const running = [...this.#running.values()];
    const finish = predictFinish(
      { running: running.map(timed), waiting: [...this.#order().map(timed), ...edits] },
      { batchMax: this.#settings.batchMax, stepTime: this.#stepTime },
    );
    return finish.at(-1) ?? 0;
  }

  /** Ends an edit: at once while it waits, else after the running step. False for one that is not there. */
  cancel(id: string): boolean {
    return this.#endSoon(id, 'cancelled');
  }

  /** Takes nobody any more; `run` ends when all are done. With `handOver` all leave after the running step. */
  drain({ handOver }: { readonly handOver: boolean }): void {
    this.#state = 'draining';
    this.#news.resolve();
    if (!handOver) return;
    for (const id of [...this.#waiting.keys(), ...this.#running.keys()]) this.#endSoon(id, 'left');
  }

  /** Steps batches until it is drained and empty. */
  async run(): Promise<void> {
    for (;;) {
      this.#admit();
      if (this.#running.size > 0) await this.#step();
      else if (this.#state === 'open' || this.#waiting.size > 0) await this.#nextNews();
      else break;
    }
    this.#state = 'closed';
  }

  checkIntegrity(): void {
    const ids = [...this.#waiting.keys(), ...this.#running.keys(), ...this.#held.keys()];
    assert.equal(new Set(ids).size, ids.length, 'an edit is in one place');
    assert(this.#running.size + this.#held.size <= this.#settings.batchMax);
    assert(this.#waiting.size <= this.#settings.waitingMax + this.#settings.batchMax);
  }

  #admit(): void {
    this.#expire(this.#waiting);
    this.#preempt();
    const state = { waiting: this.#ready(), running: [...this.#running.values()] };
    for (const entry of this.#policy.admit(state, this.#settings)) {
      this.#waiting.delete(entry.request.id);
      this.#running.set(entry.request.id, entry);
      this.#shares.charge(entry.request.tenant, cost(entry));
      entry.onEvent({ kind: 'admitted', waitedMs: this.#clock.now() - entry.arrivedMs });
    }
  }

  async #step(): Promise<void> {
    const batch = [...this.#running.values()];
    try {
      await this.#executor.step(batch.map(({ work }) => work));
    } catch (thrown) {
      for (const entry of batch) this.#end(entry, { kind: 'failed', error: ServiceError.from(thrown) });
      return;
    }
    for (const entry of batch) this.#settle(entry);
    this.#expire(this.#running);
    if (this.#running.size === 0) for (const entry of this.#held.values()) this.#end(entry, { kind: 'done' });
  }

  #settle(entry: Entry<Work>): void {
    entry.stepsDone++;
    const { stepsTotal: total, id } = entry.request;
    entry.onEvent({ kind: 'stepped', done: entry.stepsDone, total });
    if (entry.stepsDone === total && !this.#policy.leavesAtOnce) {
      this.#running.delete(id);
      this.#held.set(id, entry);
    } else if (entry.stepsDone === total) this.#end(entry, { kind: 'done' });
    else if (entry.ending !== undefined) this.#end(entry, outcomeOf(entry, entry.ending));
  }

  /** Makes room for an edit that is more urgent than one that runs. */
  #preempt(): void {
    if (!this.#policy.preempts || this.#running.size < this.#settings.batchMax) return;
    const levelOf = (entry: Entry<Work>) => level(entry, { nowMs: this.#clock.now(), agingMs: this.#settings.agingMs });
    const [first] = this.#ready();
    const worst = preempted([...this.#running.values()], levelOf);
    if (first === undefined || worst === undefined || levelOf(first) >= levelOf(worst)) return;
    this.#running.delete(worst.request.id);
    this.#waiting.set(worst.request.id, worst);
    this.#shares.charge(worst.request.tenant, -cost(worst));
    worst.onEvent({ kind: 'preempted' });
  }

  #expire(entries: ReadonlyMap<string, Entry<Work>>): void {
    const now = this.#clock.now();
    for (const entry of entries.values()) {
      if ((entry.request.deadlineMs ?? Number.POSITIVE_INFINITY) < now) this.#end(entry, { kind: 'expired' });
    }
  }

  #endSoon(id: string, ending: 'cancelled' | 'left'): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) this.#end(waiting, outcomeOf(waiting, ending));
    const running = this.#running.get(id);
    if (running !== undefined) running.ending ??= ending;
    return waiting !== undefined || running !== undefined;
  }

  #end(entry: Entry<Work>, outcome: EditOutcome): void {
    const { id, tenant } = entry.request;
    // What it was charged for and did not use.
    if (this.#running.delete(id)) this.#shares.charge(tenant, -cost(entry));
    this.#waiting.delete(id);
    this.#held.delete(id);
    this.#shares.leave(tenant);
    this.#news.resolve();
    entry.outcome.resolve(outcome);
  }

  #order(more: readonly Entry<Work>[] = []): readonly Entry<Work>[] {
    const { agingMs } = this.#settings;
    const given = (tenant: string) => this.#shares.given(tenant);
    return waitingOrder([...this.#waiting.values(), ...more], { nowMs: this.#clock.now(), agingMs, given });
  }

  /** Those that wait, but for those that wait for company. */
  #ready(): readonly Entry<Work>[] {
    return this.#order().filter((entry) => this.#companyMs(entry) <= 0);
  }

  /** How long an edit still waits for others of its variant. */
  #companyMs({ request: { variant }, arrivedMs }: Entry<Work>): number {
    const { shareMs = 0 } = this.#settings;
    const isAwaited = variant !== undefined && this.#state === 'open' && this.#expected.has(variant);
    return isAwaited ? arrivedMs + shareMs - this.#clock.now() : 0;
  }

  /** When an edit would be done if it was taken now. */
  #finishMs(entry: Entry<Work>): number {
    const order = this.#order([entry]);
    const running = [...this.#running.values()];
    const finish = predictFinish(
      { running: running.map(timed), waiting: order.map(timed) },
      { batchMax: this.#settings.batchMax, stepTime: this.#stepTime },
    );
    return this.#clock.now() + (finish[running.length + order.indexOf(entry)] ?? 0);
  }

  /** When the next place will be free, ms from now. */
  #soonestMs(): number {
    const running = [...this.#running.values()].map(timed);
    if (running.length === 0) return 0;
    return Math.min(...predictFinish({ running, waiting: [] }, { batchMax: running.length, stepTime: this.#stepTime }));
  }

  #has(id: string): boolean {
    return this.#waiting.has(id) || this.#running.has(id) || this.#held.has(id);
  }

  async #nextNews(): Promise<void> {
    const companyMs = [...this.#waiting.values()].map((entry) => this.#companyMs(entry)).filter((ms) => ms > 0);
    const cancel =
      companyMs.length === 0 ? undefined : this.#clock.after(Math.min(...companyMs), () => this.#news.resolve());
    await this.#news.promise;
    cancel?.();
    this.#news = Promise.withResolvers();
  }
}

function cost(entry: BatchedEdit): number {
  return entry.request.maskedTokens * stepsLeft(entry);
}

function timed(entry: BatchedEdit): TimedEdit {
  return { maskedTokens: entry.request.maskedTokens, stepsLeft: stepsLeft(entry) };
}

function outcomeOf({ stepsDone }: BatchedEdit, ending: 'cancelled' | 'left'): EditOutcome {
  return ending === 'left' ? { kind: 'left', stepsDone } : { kind: 'cancelled' };
}
