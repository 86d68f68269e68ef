import { computedTokens, type PickRequest, tokenSteps } from '../picking/pick-request.ts';
import type { Prediction } from '../picking/predict.ts';
import type { WorkerView } from './worker-view.ts';

/** An edit that was sent to a worker and has not ended, as far as is known. */
export interface SentEdit {
  readonly editId: string;
  readonly tenant: string;
  readonly worker: string;
  /** Computed in each step. */
  readonly tokens: number;
  readonly steps: number;
  readonly tokenSteps: number;
  readonly sentMs: number;
  /** When it is predicted to be done. */
  readonly doneMs: number;
  /** All of its own rows, ms. */
  readonly computeMs: number;
  /** All that is computed beside them, ms: a template that is filled. */
  readonly extraMs: number;
  /** All of its loads, ms. */
  readonly loadMs: number;
  /** How slow its worker was thought to be when its end was predicted. */
  readonly slowness: number;
}

export function sentEdit(
  request: PickRequest,
  { view, prediction, nowMs }: { readonly view: WorkerView; readonly prediction: Prediction; readonly nowMs: number },
): SentEdit {
  const { finishMs, rowsMs, extraMs, loadMs } = prediction;
  return {
    editId: request.editId,
    tenant: request.tenant,
    worker: view.worker,
    slowness: view.slowness,
    tokens: computedTokens(request),
    steps: request.steps,
    tokenSteps: tokenSteps(request),
    sentMs: nowMs,
    doneMs: nowMs + finishMs,
    computeMs: rowsMs,
    extraMs,
    loadMs,
  };
}

/** Where a worker was when an edit joined its batch. */
interface Tracked {
  readonly edit: SentEdit;
  /** Steps that the worker had run; undefined while it has not joined. */
  joinedAt: number | undefined;
}

/** What a worker says of its batch. */
export interface BatchNews {
  readonly nowMs: number;
  /** Steps that it has run so far; 0 where it does not say. */
  readonly stepsRun: number;
  /** Steps that it runs in a millisecond. */
  readonly stepsPerMs: number;
  /** Edits that wait for a place. */
  readonly waiting: number;
  /** An edit that was sent so long ago has come to the batch. */
  readonly settleMs: number;
}

/** An edit on a worker, and how much of it is left. */
export interface EditLeft {
  readonly edit: SentEdit;
  /** Whether the worker's own count has it. */
  readonly isCounted: boolean;
  /** 0 to 1. */
  readonly left: number;
}

/** Nobody tells of edits whose gateway has died: they are forgotten so long after they should have been done. */
const overdueMs = 10_000;

/** Edits that were sent and have not ended; an edit is on one worker at a time. */
export class SentEdits {
  readonly #edits = new Map<string, Tracked>();
  /** In the order in which they were sent. */
  readonly #byWorker = new Map<string, Map<string, Tracked>>();
  readonly #editsMax: number;

  constructor(editsMax: number) {
    this.#editsMax = editsMax;
  }

  get count(): number {
    return this.#edits.size;
  }

  /** Those that this one takes the place of: itself elsewhere, or the oldest where there are too many. */
  add(edit: SentEdit): readonly SentEdit[] {
    const gone = [this.remove(edit.editId)];
    if (this.#edits.size >= this.#editsMax) {
      const [oldest] = this.#edits.keys();
      if (oldest !== undefined) gone.push(this.remove(oldest));
    }
    const tracked = { edit, joinedAt: undefined };
    this.#edits.set(edit.editId, tracked);
    const there = this.#byWorker.get(edit.worker);
    if (there === undefined) this.#byWorker.set(edit.worker, new Map([[edit.editId, tracked]]));
    else there.set(edit.editId, tracked);
    return gone.filter((found) => found !== undefined);
  }

  get(editId: string): SentEdit | undefined {
    return this.#edits.get(editId)?.edit;
  }

  remove(editId: string): SentEdit | undefined {
    const edit = this.get(editId);
    if (edit === undefined) return undefined;
    this.#edits.delete(editId);
    const there = this.#byWorker.get(edit.worker);
    there?.delete(editId);
    if (there?.size === 0) this.#byWorker.delete(edit.worker);
    return edit;
  }

  /**
   * What is left of the edits on a worker, by what it says of its batch: everybody in it does a step whenever the worker
   * runs one. Remembers who has joined.
   */
  left(worker: string, news: BatchNews): readonly EditLeft[] {
    const there = this.#byWorker.get(worker);
    if (there === undefined) return [];
    const all = [...there.values()];
    const settled = all.filter(({ edit }) => news.nowMs - edit.sentMs >= news.settleMs).length;
    return all.map((tracked, place) => {
      const { edit } = tracked;
      const isCounted = place < settled;
      // Who waits for a place came last.
      if (isCounted && news.stepsRun > 0 && place < settled - news.waiting) tracked.joinedAt ??= joinedAt(edit, news);
      return { edit, isCounted, left: leftOf(tracked, news) };
    });
  }

  /** Those that should have ended long ago. */
  overdue(nowMs: number): readonly SentEdit[] {
    const found: SentEdit[] = [];
    for (const { edit } of this.#edits.values()) {
      if (nowMs > edit.doneMs + 2 * (edit.doneMs - edit.sentMs) + overdueMs) found.push(edit);
    }
    return found;
  }
}

/** Steps that a worker had run when an edit joined, which was some time before the worker was heard. */
function joinedAt({ sentMs }: SentEdit, { nowMs, stepsRun, stepsPerMs, settleMs }: BatchNews): number {
  return stepsRun - (nowMs - sentMs - settleMs) * stepsPerMs;
}

function leftOf({ edit, joinedAt: joined }: Tracked, { nowMs, stepsRun }: BatchNews): number {
  const left =
    joined === undefined
      ? stepsRun > 0
        ? 1
        : (edit.doneMs - nowMs) / Math.max(1, edit.doneMs - edit.sentMs)
      : 1 - (stepsRun - joined) / edit.steps;
  return Math.min(1, Math.max(0, left));
}
