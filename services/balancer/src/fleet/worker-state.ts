import { isStill } from '../picking/filters.ts';
import type { PickLimits } from '../picking/limits.ts';
import type { WorkerView } from './worker-view.ts';

/** How a worker stands: `suspect` says nothing, or does no steps that it should do. */
export type WorkerState = 'ready' | 'suspect' | 'ejected' | 'cordoned' | 'leaving';

export function workerState(view: WorkerView, nowMs: number, limits: PickLimits): WorkerState {
  if (!view.isServing) return view.isCordoned ? 'cordoned' : 'leaving';
  if (nowMs - view.heardMs > limits.silentMs || isStill(view, nowMs, limits)) return 'suspect';
  return view.ejectedUntilMs > nowMs ? 'ejected' : 'ready';
}
