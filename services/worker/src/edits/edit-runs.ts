import type { Clock } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import { editKey, nameTaken } from './edit-desk.ts';
import { type EditNews, Feed } from './edit-feed.ts';
import type { EditJob } from './edit-job.ts';
import { jobDigest } from './job-digest.ts';
import type { MemoryBudget } from './memory-budget.ts';

/** Who asks for an edit. */
export interface EditCaller {
  /** Aborts when the caller cancels, goes away or has passed its deadline. */
  readonly signal: AbortSignal;
  readonly remainingMs: number | undefined;
  /** How long the edit goes on without any caller, and then its result is kept; 0: it ends with its call. */
  readonly orphanMs: number;
}

/** An edit as one of its callers follows it. */
export interface FollowedEdit<Done> {
  /** From now on; ends with the edit, or when the caller goes. */
  readonly news: AsyncIterable<EditNews>;
  readonly done: Promise<Done>;
}

/** Runs an edit until it is done or the signal aborts, and tells how it goes. */
export type RunEdit<Done> = (feed: Pick<Feed<EditNews>, 'push'>, signal: AbortSignal) => Promise<Done>;

export interface EditRunsParts<Done> {
  readonly clock: Clock;
  /** What kept results are counted in. */
  readonly memory: MemoryBudget;
  /** Of kept results. */
  readonly keptBytesMax: number;
  readonly bytesOf: (done: Done) => number;
}

interface Run<Done> {
  readonly key: string;
  readonly orphanMs: number;
  /** Of who may join; undefined where nobody may. */
  readonly digest: string | undefined;
  readonly callers: Set<Feed<EditNews>>;
  /** Nobody wants it any more. */
  readonly stop: AbortController;
  readonly done: Promise<Done>;
  /** What its result takes, while that is kept. */
  kept: { readonly bytes: number; readonly held: Disposable } | undefined;
  /** Takes back what is to happen when nobody comes; undefined while somebody is here. */
  unwatch: (() => void) | undefined;
  hasEnded: boolean;
}

const callersMax = 8;
/** A caller gives up by itself a little before its deadline has passed here. */
const lateMs = 50;
const retryMs = 250;

/**
 * Edits that run, each for all who ask for the same one. One whose callers have gone away, as when a gateway dies, is an
 * orphan: it goes on for a while, and then its result is kept, for somebody to join it again. Nothing is computed twice
 * meanwhile. Invariant: a run that may be joined is in the map until it has ended and its kept result is dropped.
 */
export class EditRuns<Done> implements Disposable {
  readonly #parts: EditRunsParts<Done>;
  /** Those that may be joined, in the order they came. */
  readonly #runs = new Map<string, Run<Done>>();
  #keptBytes = 0;

  constructor(parts: EditRunsParts<Done>) {
    this.#parts = parts;
  }

  /** Edits without a caller, and results that are kept. */
  get orphans(): number {
    return [...this.#runs.values()].filter(({ unwatch }) => unwatch !== undefined).length;
  }

  /** Bytes of results that are kept. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /**
   * Joins the edit that was asked for, or runs it. Throws `invalid` where another one of its name is here, `overloaded`
   * while one ends that nobody wants any more.
   */
  follow(job: EditJob, caller: EditCaller, run: RunEdit<Done>): FollowedEdit<Done> {
    const key = editKey(job);
    const known = this.#runs.get(key);
    if (known === undefined) return this.#attach(this.#start(job, caller, run), caller);
    if (!known.hasEnded && known.stop.signal.aborted) throw refused('an edit of this name ends just now');
    if (known.digest === jobDigest(job)) return this.#attach(known, caller);
    if (known.kept === undefined) throw nameTaken();
    this.#end(known);
    return this.#attach(this.#start(job, caller, run), caller);
  }

  /** Drops a result that is kept. Returns whether there was one. */
  drop(edit: Pick<EditJob, 'tenant' | 'id'>): boolean {
    const run = this.#runs.get(editKey(edit));
    if (run?.kept === undefined) return false;
    this.#end(run);
    return true;
  }

  /** Ends orphans, and drops what is kept. */
  [Symbol.dispose](): void {
    for (const run of this.#runs.values()) if (run.unwatch !== undefined) this.#end(run);
  }

  #start(job: EditJob, { orphanMs }: EditCaller, start: RunEdit<Done>): Run<Done> {
    const callers = new Set<Feed<EditNews>>();
    const stop = new AbortController();
    const push = (news: EditNews) => {
      for (const caller of callers) caller.push(news);
    };
    const run: Run<Done> = {
      key: editKey(job),
      orphanMs,
      digest: orphanMs === 0 ? undefined : jobDigest(job),
      callers,
      stop,
      done: start({ push }, stop.signal),
      kept: undefined,
      unwatch: undefined,
      hasEnded: false,
    };
    if (run.digest !== undefined) this.#runs.set(run.key, run);
    run.done.then(
      (done) => this.#settle(run, done),
      () => this.#settle(run, undefined),
    );
    return run;
  }

  #attach(run: Run<Done>, { signal, remainingMs }: EditCaller): FollowedEdit<Done> {
    const { clock } = this.#parts;
    const news = new Feed<EditNews>();
    if (run.kept !== undefined) {
      news.end();
      return { news, done: run.done };
    }
    if (run.callers.size >= callersMax) throw refused(`${callersMax} calls follow this edit already`);
    run.callers.add(news);
    run.unwatch?.();
    run.unwatch = undefined;
    const deadlineMs = clock.now() + (remainingMs ?? Number.POSITIVE_INFINITY);
    const leave = () => {
      news.end();
      this.#leave(run, { caller: news, isLate: clock.now() >= deadlineMs - lateMs });
    };
    signal.addEventListener('abort', leave, { once: true });
    const forget = () => signal.removeEventListener('abort', leave);
    run.done.then(forget, forget);
    if (signal.aborted) leave();
    return { news, done: run.done };
  }

  #leave(run: Run<Done>, { caller, isLate }: { readonly caller: Feed<EditNews>; readonly isLate: boolean }): void {
    if (!run.callers.delete(caller) || run.callers.size > 0) return;
    if (run.orphanMs === 0 || isLate) this.#end(run);
    else run.unwatch = this.#parts.clock.after(run.orphanMs, () => this.#end(run));
  }

  /** It has ended by itself: an orphan's result waits until its time is over. */
  #settle(run: Run<Done>, done: Done | undefined): void {
    run.hasEnded = true;
    for (const caller of run.callers) caller.end();
    run.callers.clear();
    const isWaited = run.unwatch !== undefined;
    if (done === undefined || !isWaited || !this.#keep(run, this.#parts.bytesOf(done))) this.#end(run);
  }

  /** Keeps a result in place of older ones, if there is room. */
  #keep(run: Run<Done>, bytes: number): boolean {
    const { keptBytesMax, memory } = this.#parts;
    if (bytes > keptBytesMax) return false;
    for (const other of this.#runs.values()) {
      if (this.#keptBytes + bytes <= keptBytesMax) break;
      if (other.kept !== undefined) this.#end(other);
    }
    if (memory.usedBytes + bytes > memory.bytesMax) return false;
    run.kept = { bytes, held: memory.take(bytes, 0) };
    this.#keptBytes += bytes;
    return true;
  }

  /** Stops a run; where it has ended, drops what is kept of it and frees its name. */
  #end(run: Run<Done>): void {
    run.unwatch?.();
    run.unwatch = undefined;
    run.stop.abort();
    if (!run.hasEnded) return;
    this.#keptBytes -= run.kept?.bytes ?? 0;
    run.kept?.held[Symbol.dispose]();
    run.kept = undefined;
    if (this.#runs.get(run.key) === run) this.#runs.delete(run.key);
  }
}

function refused(text: string): RetryError {
  return new RetryError('overloaded', `edit_id: ${text}; try again later`, { field: 'edit_id', retryAfterMs: retryMs });
}
