import { type CostLine, rowsMs } from './model-costs.ts';
import { tokensOf } from './read-load.ts';
import type { EditLeft } from './sent-edits.ts';
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
  /** Edits that this balancer sent. */
  readonly sent: readonly EditLeft[];
}

/** What is to do on a worker, and how many of the edits that were sent there it cannot have counted. */
export interface CountedBacklog {
  readonly backlog: Backlog;
  readonly pendingEdits: number;
  readonly pendingTokenSteps: number;
}

interface Rest {
  readonly edits: number;
  readonly maskedTokenSteps: number;
}

/**
 * What is to do on a worker: edits that this balancer sent, of which it knows what they load and fill; and what the worker
 * counts beyond them, which others sent: masked token-steps, with about the text rows and loads that come with them.
 */
export function countBacklog({ nowMs, models, store, sent }: BacklogParts): CountedBacklog {
  let [computeMs, loadMs, steps] = [0, 0, 0];
  let [pendingEdits, pendingTokenSteps, ownTokenSteps, ownEdits] = [0, 0, 0, 0];
  for (const { edit, isCounted, left } of sent) {
    computeMs += (edit.computeMs + edit.extraMs) * left;
    loadMs += edit.loadMs * left;
    if (left > 0) steps = Math.max(steps, edit.steps);
    if (isCounted) {
      ownTokenSteps += edit.tokenSteps * left;
      if (left > 0) ownEdits++;
    } else {
      pendingEdits++;
      pendingTokenSteps += edit.tokenSteps;
    }
  }
  let [counted, edits] = [0, 0];
  for (const { view } of models) {
    counted += view.maskedTokenSteps;
    edits += view.waiting + view.running;
  }
  const othersShare = counted === 0 ? 0 : Math.max(0, counted - ownTokenSteps) / counted;
  for (const model of models) {
    const others = Math.max(0, edits - ownEdits) / Math.max(1, edits);
    const rest = othersWork(model.view, store.memory, {
      edits: (model.view.waiting + model.view.running) * others,
      maskedTokenSteps: model.view.maskedTokenSteps * othersShare,
    });
    computeMs += rest.computeMs;
    loadMs += rest.loadMs;
    if (edits > ownEdits) steps = Math.max(steps, model.view.defaultSteps);
  }
  const beyondMs = Math.max(0, ...models.map(beyondBlocksMs));
  return {
    backlog: { atMs: nowMs, computeMs: Math.max(computeMs, beyondMs), loadMs, steps },
    pendingEdits,
    pendingTokenSteps,
  };
}

/** Edits of which only the worker's count tells: those in memory are loaded from there, and have half of their steps left. */
function othersWork(model: ModelView, memory: CostLine | undefined, { edits, maskedTokenSteps }: Rest) {
  const { costs, defaultSteps } = model;
  if (costs === undefined) return { computeMs: 0, loadMs: 0 };
  const tokens = tokensOf(model);
  const editSteps = (edits * defaultSteps) / 2;
  const perTokenMs = rowsMs({ ...costs, textRows: 0 }, 1, tokens + costs.textRows);
  return {
    computeMs: (maskedTokenSteps + editSteps * costs.textRows) * perTokenMs,
    loadMs: memory === undefined ? 0 : editSteps * costs.bytesOfToken * tokens * memory.msPerUnit,
  };
}

/** What a usual edit would wait for by the worker's own prediction, which knows encoders and decoder too; 0 if unknown. */
function beyondBlocksMs({ view: { costs }, predictedMs, usual }: ReportedModel): number {
  if (costs === undefined || usual === undefined || predictedMs <= 0) return 0;
  const stepMs = costs.compute.startMs + rowsMs(costs, usual.computedTokens, usual.tokens);
  return predictedMs - costs.aroundMs - usual.steps * stepMs;
}
