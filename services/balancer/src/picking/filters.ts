import type { ModelView, WorkerView } from '../fleet/worker-view.ts';
import type { PickLimits } from './limits.ts';
import type { PickRequest } from './pick-request.ts';

/** Why a worker is left out. */
export type LeftOut =
  | 'model'
  | 'cordoned'
  | 'leaving'
  | 'silent'
  | 'still'
  | 'excluded'
  | 'ejected'
  | 'full'
  | 'cold'
  | 'late';

export interface FilterContext {
  readonly request: PickRequest;
  readonly nowMs: number;
  readonly limits: PickLimits;
}

/** Why a worker cannot take an edit, whatever it would cost; undefined for one that can. `ejected` comes last. */
export function leftOut(
  view: WorkerView,
  model: ModelView | undefined,
  { request, nowMs, limits }: FilterContext,
): LeftOut | undefined {
  if (model === undefined) return 'model';
  if (!view.isServing) return view.isCordoned ? 'cordoned' : 'leaving';
  if (nowMs - view.heardMs > limits.silentMs) return 'silent';
  if (isStill(view, nowMs, limits)) return 'still';
  if (request.excluded.includes(view.worker)) return 'excluded';
  if (isFull(view)) return 'full';
  if (view.ejectedUntilMs > nowMs) return 'ejected';
  return undefined;
}

export function isStill(view: WorkerView, nowMs: number, { stillMs }: PickLimits): boolean {
  return view.stillSinceMs !== undefined && nowMs - view.stillSinceMs >= Math.max(stillMs, view.stepMsMax);
}

function isFull({ edits, editsMax, editBytes, editBytesMax }: WorkerView): boolean {
  return (editsMax > 0 && edits >= editsMax) || (editBytesMax > 0 && editBytes >= editBytesMax);
}
