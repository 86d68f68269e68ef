import type { PickLimits } from './limits.ts';
import type { Priority } from './pick-request.ts';

/** How a tenant stands beside the others, in masked token-steps that are under way. */
export interface Standing {
  /** The tenant's own. */
  readonly used: number;
  /** What it would be, were it the same for all tenants that have edits under way. */
  readonly share: number;
}

export interface AdmissionState {
  readonly priority: Priority;
  readonly standing: Standing;
  /** Wait over computing of the edits of late: how saturated the fleet is. */
  readonly pressure: number;
  /** How long this one would wait for others on the worker that was chosen. */
  readonly queueMs: number;
  readonly computeMs: number;
}

/**
 * Who is refused though a worker could take the edit: `batch`, `tenant` or `wait`. Undefined for who may come. A burst on an
 * idle fleet is refused nothing: the fleet has to be saturated for a while, and the edit itself has to wait.
 */
export function refusedBy(
  { priority, standing, pressure, queueMs, computeMs }: AdmissionState,
  limits: PickLimits,
): 'batch' | 'tenant' | 'wait' | undefined {
  if (queueMs > limits.waitMsMax) return 'wait';
  const wait = Math.min(pressure, queueMs / computeMs);
  if (priority === 'batch' && wait > limits.saturation / 2) return 'batch';
  if (standing.used > limits.burst * standing.share && wait > limits.saturation) return 'tenant';
  return undefined;
}

/** How fast the pressure follows. */
const pressureMs = 2000;

/** The pressure after an edit that would wait so long; `sinceMs` after the last one. */
export function pressureAfter(
  pressure: number,
  { queueMs, computeMs, sinceMs }: { readonly queueMs: number; readonly computeMs: number; readonly sinceMs: number },
): number {
  const share = 1 - Math.exp(-Math.max(0, sinceMs) / pressureMs);
  return pressure + (queueMs / computeMs - pressure) * share;
}
