import { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import type { PickOutcome, Refusal } from './pick.ts';

const texts = {
  unserved: 'model: no worker serves it now; try again later',
  full: 'worker: all are full; try again later',
  late: 'deadline_ms: no worker can do it in time; try again later, or with more time',
  wait: 'worker: too much is to be done before it; try again later',
  batch: 'worker: edits of priority batch come when there is less to do; try again later',
  tenant: 'tenant: it has more than its share under way; try again later',
  cold: 'variants: no worker keeps what the edit needs; prime the template, or let it be computed',
} as const satisfies Record<Refusal, string>;

/** What is said to an edit for which nobody was picked. */
export function refusal({ reason, retryAfterMs }: Extract<PickOutcome, { kind: 'refused' }>): ServiceError {
  const message = texts[reason];
  switch (reason) {
    case 'cold':
      return new ServiceError('not-found', message, { field: 'must_be_warm' });
    case 'unserved':
      return new RetryError('unavailable', message, { field: 'model', retryAfterMs });
    case 'late':
      return new RetryError('overloaded', message, { field: 'deadline_ms', retryAfterMs });
    case 'tenant':
      return new RetryError('overloaded', message, { field: 'tenant', retryAfterMs });
    case 'batch':
      return new RetryError('overloaded', message, { field: 'priority', retryAfterMs });
    case 'full':
    case 'wait':
      return new RetryError('overloaded', message, { field: 'worker', retryAfterMs });
  }
}
