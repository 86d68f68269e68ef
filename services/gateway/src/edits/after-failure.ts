import type { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';

/** How an edit's stay on a worker ended without a result. */
export interface Failure {
  readonly error: ServiceError;
  /** Whether the worker had it and did not only let it wait, as far as it had told. */
  readonly wasAtWork: boolean;
  /** Steps that were done when it was heard of last. */
  readonly stepsDone: number;
}

/** What to do with an edit after its failures so far, the newest one last. */
export type NextMove =
  /** Go on elsewhere. `isRetry`: it takes from the budget. */
  | { readonly kind: 'move'; readonly isRetry: boolean }
  | { readonly kind: 'give up' }
  /** It has ended two workers at the same place. */
  | { readonly kind: 'poison' };

/** Workers that may be lost with an edit, or fail it, before it is given up. */
export const lossesMax = 3;
/** All stays, also on workers that refuse it or leave. */
export const staysMax = 16;

/**
 * A worker that leaves or has no room says so, and the edit goes elsewhere: that costs nobody anything. One that was lost
 * or failed costs a retry. Two losses without a step of progress between them are the edit's own doing. Pure.
 */
export function afterFailure(failures: readonly Failure[]): NextMove {
  const last = failures.at(-1);
  if (last === undefined) throw new RangeError('an edit that has not failed is not moved');
  const kind = failureKind(last.error);
  if (kind === 'final' || failures.length >= staysMax) return { kind: 'give up' };
  if (kind === 'refused') return { kind: 'move', isRetry: false };
  const losses = failures.filter(({ error }) => failureKind(error) === 'lost');
  const [before, latest] = losses.filter(({ wasAtWork }) => wasAtWork).slice(-2);
  if (latest === last && before !== undefined && latest.stepsDone <= before.stepsDone) return { kind: 'poison' };
  return losses.length < lossesMax ? { kind: 'move', isRetry: true } : { kind: 'give up' };
}

/**
 * `refused`: the worker said to go elsewhere. `lost`: it failed, or its connection broke, or nothing is heard of it.
 * `final`: elsewhere it would end the same way.
 */
export function failureKind(error: ServiceError): 'refused' | 'lost' | 'final' {
  const { code } = error;
  if (code === 'overloaded' || (code === 'unavailable' && error instanceof RetryError)) return 'refused';
  // Nobody has cancelled it here: a connection that goes away looks like that, too.
  return code === 'unavailable' || code === 'internal' || code === 'cancelled' ? 'lost' : 'final';
}
