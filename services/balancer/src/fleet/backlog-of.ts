import { rowsMs } from './model-costs.ts';
import { reportedWork } from './read-load.ts';
import type { SentEdit } from './sent-edits.ts';
import type { Backlog, ModelView, StoreView } from './worker-view.ts';

/** What edits of a model are usually like. */
export interface UsualEdit {
  readonly computedTokens: number;
  readonly tokens: number;
  readonly steps: number;
}

export interface ReportedModel {
  readonly view: ModelView;
  /** When a usual edit would be done that came now, by the worker; 0 where it does not say. */
  readonly predictedMs: number;
  readonly usual: UsualEdit | undefined;
}

export interface BacklogParts {
  readonly nowMs: number;
  readonly models: readonly ReportedModel[];
  readonly store: StoreView;
  readonly sent: Iterable<SentEdit>;
  /** Edits that were sent so long ago are in the worker's own count. */
  readonly settleMs: number;
}

/** What is to do on a worker, and how many of the edits that were sent there it cannot have counted. */
export interface CountedBacklog {
  readonly backlog: Backlog;
  readonly pendingEdits: number;
  readonly pendingTokenSteps: number;
}

/**
 * What a worker says, what its count leaves out of edits that it has (templates that they fill, activations that come from
 * disk or peers), and edits that have just been sent.
 */
export function countBacklog({ nowMs, models, store, sent, settleMs }: BacklogParts): CountedBacklog {
  let [computeMs, loadMs, pendingEdits, pendingTokenSteps] = [0, 0, 0, 0];
  for (const model of models) {
    const work = reportedWork(model.view);
    computeMs += Math.max(work.computeMs, beyondBlocksMs(model));
    loadMs += work.loadMs(store.memory);
  }
  for (const edit of sent) {
    if (nowMs - edit.sentMs < settleMs) {
      pendingEdits++;
      pendingTokenSteps += edit.tokenSteps;
      computeMs += edit.computeMs + edit.extraMs;
      loadMs += edit.loadMs;
      continue;
    }
    const left = Math.max(0, (edit.doneMs - nowMs) / Math.max(1, edit.doneMs - edit.sentMs));
    computeMs += edit.extraMs * left;
    // What is loaded from memory is in the worker's count already.
    loadMs += Math.max(0, edit.loadMs - edit.computeMs) * left;
  }
  return { backlog: { atMs: nowMs, computeMs, loadMs }, pendingEdits, pendingTokenSteps };
}

/** What a usual edit would wait for by the worker's own prediction, which knows encoders and decoder too; 0 if unknown. */
function beyondBlocksMs({ view: { costs }, predictedMs, usual }: ReportedModel): number {
  if (costs === undefined || usual === undefined || predictedMs <= 0) return 0;
  const stepMs = costs.compute.startMs + rowsMs(costs, usual.computedTokens, usual.tokens);
  return predictedMs - costs.aroundMs - usual.steps * stepMs;
}
