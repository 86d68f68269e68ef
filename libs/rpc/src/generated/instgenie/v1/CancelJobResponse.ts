import type { Job as _instgenie_v1_Job, Job__Output as _instgenie_v1_Job__Output } from '../../instgenie/v1/Job.ts';

/**
 * What CancelJob answers.
 */
export interface CancelJobResponse {
  /**
   * The job.
   */
  job?: _instgenie_v1_Job | null;
}

/**
 * What CancelJob answers.
 */
export interface CancelJobResponse__Output {
  /**
   * The job.
   */
  job: _instgenie_v1_Job__Output | null;
}
