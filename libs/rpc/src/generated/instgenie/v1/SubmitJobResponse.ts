import type { Job as _instgenie_v1_Job, Job__Output as _instgenie_v1_Job__Output } from '../../instgenie/v1/Job.ts';

/**
 * What SubmitJob answers.
 */
export interface SubmitJobResponse {
  /**
   * The job.
   */
  job?: _instgenie_v1_Job | null;
}

/**
 * What SubmitJob answers.
 */
export interface SubmitJobResponse__Output {
  /**
   * The job.
   */
  job: _instgenie_v1_Job__Output | null;
}
