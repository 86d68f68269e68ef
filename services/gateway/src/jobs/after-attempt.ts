import type { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';

/** What becomes of an edit that was tried and did not succeed. */
export type AfterAttempt =
  | { readonly kind: 'fail' }
  /** One attempt less. */
  | { readonly kind: 'retry' }
  /** There was no room, or nobody to run it: that costs no attempt. */
  | { readonly kind: 'wait'; readonly delayMs: number };

const waitMsMin = 1000;
const waitMsMax = 30_000;
const usualWaitMs = 5000;

/** `random` is in [0, 1): edits that were refused together do not come back together. */
export function afterAttempt(
  error: ServiceError,
  { isLast, random }: { readonly isLast: boolean; readonly random: number },
): AfterAttempt {
  switch (error.code) {
    case 'invalid':
    case 'unauthenticated':
    case 'forbidden':
    case 'not-found':
    case 'unsupported':
    // It has ended workers, or somebody else's edit has its name.
    case 'conflict':
      return { kind: 'fail' };
    case 'overloaded':
    case 'unavailable': {
      const wantedMs = error instanceof RetryError ? error.retryAfterMs : usualWaitMs;
      const boundedMs = Math.min(waitMsMax, Math.max(waitMsMin, wantedMs));
      return { kind: 'wait', delayMs: Math.round(boundedMs * (1 + random)) };
    }
    case 'cancelled':
    case 'deadline':
    case 'internal':
      return { kind: isLast ? 'fail' : 'retry' };
  }
}
