import type { Job as _instgenie_v1_Job, Job__Output as _instgenie_v1_Job__Output } from '../../instgenie/v1/Job.ts';

/**
 * A job that has changed.
 */
export interface WatchJobResponse {
  /**
   * The job.
   */
  job?: _instgenie_v1_Job | null;
}

/**
 * A job that has changed.
 */
export interface WatchJobResponse__Output {
  /**
   * The job.
   */
  job: _instgenie_v1_Job__Output | null;
}
