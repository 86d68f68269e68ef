import type { PickLimits } from './limits.ts';
import type { Priority } from './pick-request.ts';

/** How a tenant stands beside the others, in masked token-steps that are under way. */
export interface Standing {
  /** The tenant's own, with this edit. */
  readonly used: number;
  /** What it would be, were it the same for all tenants that have edits under way. */
  readonly share: number;
}

export interface AdmissionState {
  readonly priority: Priority;
  readonly standing: Standing;
  /** How long it would wait for others on the worker that was chosen. */
  readonly queueMs: number;
  /** Share of the workers that have nothing to do. */
  readonly idleShare: number;
}

/** Who is refused though a worker could take the edit: `batch`, `tenant` or `wait`. Undefined for who may come. */
export function refusedBy(
  { priority, standing, queueMs, idleShare }: AdmissionState,
  limits: PickLimits,
): 'batch' | 'tenant' | 'wait' | undefined {
  if (queueMs > limits.waitMsMax) return 'wait';
  if (priority === 'batch' && queueMs > limits.batchWaitMs) return 'batch';
  if (standing.used > standing.share && queueMs > limits.saturatedMs) return 'tenant';
  if (standing.used > limits.burst * standing.share && idleShare < limits.idleReserve) return 'tenant';
  return undefined;
}
