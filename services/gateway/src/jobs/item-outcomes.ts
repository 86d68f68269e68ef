import type { ServiceError } from '@instgenie/domain';
import type { ItemOutcome } from './job-record.ts';

const nothing = { version: 1, stepsDone: 0, stepsTotal: 0, pictures: [] } satisfies Partial<ItemOutcome>;

export const cancelledOutcome: ItemOutcome = { ...nothing, state: 'cancelled' };

/** Texts of our own failures are for the log, not for callers. */
export function failedOutcome({ code, message, field }: ServiceError): ItemOutcome {
  const text = code === 'internal' ? 'internal error' : message;
  return { ...nothing, state: 'failed', failure: { code, message: text, field } };
}
