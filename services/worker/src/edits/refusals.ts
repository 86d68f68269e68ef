import type { EditOutcome } from '@instgenie/batching';
import { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import type { EditCall } from './edit-call.ts';

/** Throws where an edit that is done at `atMs` would be late. */
export function requireTime({ deadlineMs }: Pick<EditCall, 'deadlineMs'>, atMs: number): void {
  const lateMs = atMs - deadlineMs;
  if (lateMs <= 0) return;
  throw refusal({ reason: 'late', retryAfterMs: lateMs });
}

/** What is said to an edit that a batcher does not take. */
export function refusal({
  reason,
  retryAfterMs,
}: {
  readonly reason: 'full' | 'late' | 'closed';
  readonly retryAfterMs: number;
}): ServiceError {
  if (reason === 'closed') return leaving();
  const text = reason === 'late' ? `it would be ${Math.ceil(retryAfterMs)} ms late` : 'too many wait';
  return new RetryError('overloaded', `worker: ${text}; try again later, or with more time`, {
    field: reason === 'late' ? 'deadline' : 'edits',
    retryAfterMs,
  });
}

/** What is said to those whose edits do not end here because the worker goes. */
export function leaving(): ServiceError {
  const text = 'worker: it is leaving; go on elsewhere, from the last checkpoint if there is one';
  return new RetryError('unavailable', text, { retryAfterMs: 0 });
}

/** Throws where an edit did not end here, or not well. */
export function requireDone(outcome: EditOutcome): void {
  switch (outcome.kind) {
    case 'done':
      return;
    case 'left':
      throw leaving();
    case 'cancelled':
      throw new ServiceError('cancelled', 'the edit was cancelled');
    case 'expired':
      throw new ServiceError('deadline', 'the edit was not done by its deadline');
    case 'failed':
      throw outcome.error;
  }
}
