import { type PickRequest, tokenSteps } from '../picking/pick-request.ts';
import type { Prediction } from '../picking/predict.ts';

/** An edit that was sent to a worker and has not ended, as far as is known. */
export interface SentEdit {
  readonly editId: string;
  readonly tenant: string;
  readonly worker: string;
  readonly tokenSteps: number;
  readonly sentMs: number;
  /** When it is predicted to be done. */
  readonly doneMs: number;
  /** Its own rows, ms. */
  readonly computeMs: number;
  /** Computing beside them, ms: a template that is filled. */
  readonly extraMs: number;
  readonly loadMs: number;
}

export function sentEdit(
  request: PickRequest,
  { worker, prediction, nowMs }: { readonly worker: string; readonly prediction: Prediction; readonly nowMs: number },
): SentEdit {
  const { finishMs, computeMs, getMs, loadMs, tier } = prediction;
  return {
    editId: request.editId,
    tenant: request.tenant,
    worker,
    tokenSteps: tokenSteps(request),
    sentMs: nowMs,
    doneMs: nowMs + finishMs,
    computeMs,
    extraMs: tier === 'none' && !request.isDense ? getMs : 0,
    loadMs,
  };
}

/** Nobody tells of edits whose gateway has died: they are forgotten so long after they should have been done. */
const overdueMs = 10_000;

/** Edits that were sent and have not ended; an edit is on one worker at a time. */
export class SentEdits {
  readonly #edits = new Map<string, SentEdit>();
  readonly #byWorker = new Map<string, Map<string, SentEdit>>();
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
    this.#edits.set(edit.editId, edit);
    const there = this.#byWorker.get(edit.worker);
    if (there === undefined) this.#byWorker.set(edit.worker, new Map([[edit.editId, edit]]));
    else there.set(edit.editId, edit);
    return gone.filter((found) => found !== undefined);
  }

  get(editId: string): SentEdit | undefined {
    return this.#edits.get(editId);
  }

  remove(editId: string): SentEdit | undefined {
    const found = this.#edits.get(editId);
    if (found === undefined) return undefined;
    this.#edits.delete(editId);
    const there = this.#byWorker.get(found.worker);
    there?.delete(editId);
    if (there?.size === 0) this.#byWorker.delete(found.worker);
    return found;
  }

  on(worker: string): Iterable<SentEdit> {
    return this.#byWorker.get(worker)?.values() ?? [];
  }

  /** Those that should have ended long ago. */
  overdue(nowMs: number): readonly SentEdit[] {
    const found: SentEdit[] = [];
    for (const edit of this.#edits.values()) {
      if (nowMs > edit.doneMs + 2 * (edit.doneMs - edit.sentMs) + overdueMs) found.push(edit);
    }
    return found;
  }
}
