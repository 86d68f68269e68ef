import type { Job as _instgenie_v1_Job, Job__Output as _instgenie_v1_Job__Output } from '../../instgenie/v1/Job.ts';

/**
 * What GetJob answers.
 */
export interface GetJobResponse {
  /**
   * The job.
   */
  job?: _instgenie_v1_Job | null;
}

/**
 * What GetJob answers.
 */
export interface GetJobResponse__Output {
  /**
   * The job.
   */
  job: _instgenie_v1_Job__Output | null;
}
