import type { FleetSnapshot } from '../fleet/fleet-snapshot.ts';
import { workerState } from '../fleet/worker-state.ts';
import { backlogAt, type WorkerView } from '../fleet/worker-view.ts';
import type { PickLimits } from '../picking/limits.ts';

/** What waits for the workers of a model. */
export interface PoolQueue {
  readonly model: string;
  /** That serve it now. */
  readonly workers: number;
  /** Seconds of work that is to be done, as one worker would take. */
  readonly seconds: number;
}

export interface PoolNeeds {
  /** Edits that no worker has, by model. */
  readonly elsewhere: ReadonlyMap<string, number>;
  /** What an edit of the model takes. */
  readonly editMs: (model: string) => number;
}

/**
 * What is to be done for each model: in its workers, on the way to them, and elsewhere. A sum and no mean: divided by what
 * a worker may have ahead of it, it says how many workers there should be, also while there are none.
 */
export function poolQueues(
  { workers }: FleetSnapshot,
  { elsewhere, editMs }: PoolNeeds,
  { nowMs, limits }: { readonly nowMs: number; readonly limits: PickLimits },
): readonly PoolQueue[] {
  const pools = new Map<string, { workers: number; ms: number }>();
  for (const [model, edits] of elsewhere) pools.set(model, { workers: 0, ms: edits * editMs(model) });
  for (const view of workers) {
    const state = workerState(view, nowMs, limits);
    const isThere = state === 'ready' || state === 'ejected';
    for (const [model, ms] of workOf(view, nowMs)) {
      const pool = pools.get(model) ?? { workers: 0, ms: 0 };
      pools.set(model, { workers: pool.workers + Number(isThere), ms: pool.ms + (isThere ? ms : 0) });
    }
  }
  return [...pools]
    .map(([model, pool]) => ({ model, workers: pool.workers, seconds: pool.ms / 1000 }))
    .toSorted((a, b) => (a.model < b.model ? -1 : 1));
}

/** What a worker has to do, split by the masked token-steps of its models; evenly where none has any. */
function workOf(view: WorkerView, nowMs: number): readonly (readonly [model: string, ms: number])[] {
  const { computeMs, loadMs } = backlogAt(view.backlog, nowMs, view.slowness);
  const ms = Math.max(computeMs, loadMs) * view.slowness;
  const models = [...view.models.values()];
  let total = 0;
  for (const { maskedTokenSteps } of models) total += maskedTokenSteps;
  return models.map(({ name, maskedTokenSteps }) => [
    name,
    ms * (total === 0 ? 1 / models.length : maskedTokenSteps / total),
  ]);
}
