import type { PickLimits } from './limits.ts';
import type { Priority } from './pick-request.ts';

/** How a tenant stands beside the others, in masked token-steps that are under way. */
export interface Standing {
  /** The tenant's own. */
  readonly used: number;
  /** What it would be, were it the same for all tenants that are there. */
  readonly share: number;
  /** The same two, on average over the last seconds. */
  readonly usual: number;
  readonly usualShare: number;
  /** What it has asked for over the last seconds, whether it got it or not; and the same share of all. */
  readonly asked: number;
  readonly askedShare: number;
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
  if (wait > limits.saturation && isGreedy(standing, limits)) return 'tenant';
  return undefined;
}

/**
 * Who asks for much more than others has not much more than they have at once, and hardly more over seconds, as all that it
 * adds makes them slower. Who asks for about as much may have a good moment.
 */
function isGreedy(
  { used, share, usual, usualShare, asked, askedShare }: Standing,
  { burst, steadyBurst }: PickLimits,
): boolean {
  if (used === 0 || asked <= burst * askedShare) return false;
  return used > burst * share || usual > steadyBurst * usualShare;
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
