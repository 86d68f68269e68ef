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
  // biome-ignore lint/correctness/useYield: it refuses before it yields
  async *watch() {
    refuse();
  },
  result: async () => refuse(),
};
