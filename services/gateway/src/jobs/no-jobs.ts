import { ServiceError } from '@instgenie/domain';
import type { Jobs } from './jobs.ts';

/** What a gateway without Redis answers to jobs. */
function refuse(): never {
  throw new ServiceError('unsupported', 'jobs: this deployment has no Redis, and so no jobs', { field: 'jobs' });
}

export const noJobs: Jobs = {
  submit: async () => refuse(),
  get: async () => refuse(),
  list: async () => refuse(),
  cancel: async () => refuse(),
  watch: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => refuse() }) }),
  result: async () => refuse(),
};
