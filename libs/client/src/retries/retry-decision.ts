import type { ErrorCode } from '@instgenie/domain';

export interface RetrySettings {
  /** Of one call, the first one included. */
  readonly attemptsMax: number;
  readonly backoffMs: number;
  readonly backoffMsMax: number;
  readonly multiplier: number;
  /** Pauses are made longer or shorter by up to this share, so that not all callers come back at once. */
  readonly jitter: number;
}

export const retrySettings: RetrySettings = {
  attemptsMax: 3,
  backoffMs: 100,
  backoffMsMax: 2000,
  multiplier: 2,
  jitter: 0.2,
};

/** How a call stands after an attempt that failed. */
export interface FailedAttempt {
  readonly code: ErrorCode;
  /** What the server asks for, where it asks for something. */
  readonly retryAfterMs: number | undefined;
  /** Attempts since the call began, or since a stream last brought something new. */
  readonly attempts: number;
  /** Whether the call has waited for a server without room before. */
  readonly hasWaited: boolean;
  /** Until the caller's deadline. */
  readonly remainingMs: number;
  /** Whether another address is there that has not failed lately. */
  readonly canMove: boolean;
  /** Retries that the budget allows. */
  readonly budget: number;
  /** In [0, 1). */
  readonly random: number;
}

export type RetryDecision =
  | { readonly kind: 'give up' }
  | {
      readonly kind: 'retry';
      readonly afterMs: number;
      /** Whether the next address is asked. */
      readonly isMove: boolean;
      /** Whether it takes one from the budget. */
      readonly isCharged: boolean;
    };

/**
 * Only what cannot have been the request's fault is sent again: a server that cannot be reached, and once, one that has no
 * room and says when it will. A move to a server that is well costs nobody anything; all else takes from the budget. Pure.
 */
export function decideRetry(failed: FailedAttempt, settings: RetrySettings = retrySettings): RetryDecision {
  if (!isRetryable(failed) || failed.attempts >= settings.attemptsMax) return { kind: 'give up' };
  const afterMs = pauseMs(failed, settings);
  const isMove = failed.code === 'unavailable';
  const isCharged = !(isMove && failed.canMove);
  if (afterMs >= failed.remainingMs || (isCharged && failed.budget < 1)) return { kind: 'give up' };
  return { kind: 'retry', afterMs, isMove, isCharged };
}

function isRetryable({ code, retryAfterMs, hasWaited }: FailedAttempt): boolean {
  return code === 'unavailable' || (code === 'overloaded' && retryAfterMs !== undefined && !hasWaited);
}

/** Never sooner than the server asks for. */
function pauseMs({ attempts, retryAfterMs = 0, random }: FailedAttempt, settings: RetrySettings): number {
  const backoffMs = Math.min(settings.backoffMsMax, settings.backoffMs * settings.multiplier ** (attempts - 1));
  const jittered = backoffMs * (1 - settings.jitter + 2 * settings.jitter * random);
  return Math.max(jittered, retryAfterMs * (1 + settings.jitter * random));
}
