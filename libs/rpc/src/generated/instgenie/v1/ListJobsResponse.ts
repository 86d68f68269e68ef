import type { Job as _instgenie_v1_Job, Job__Output as _instgenie_v1_Job__Output } from '../../instgenie/v1/Job.ts';

/**
 * What ListJobs answers.
 */
export interface ListJobsResponse {
  /**
   * The jobs.
   */
  jobs?: _instgenie_v1_Job[];
  /**
   * For the next page; empty where this is the last one.
   */
  nextPageToken?: string;
}

/**
 * What ListJobs answers.
 */
export interface ListJobsResponse__Output {
  /**
   * The jobs.
   */
  jobs: _instgenie_v1_Job__Output[];
  /**
   * For the next page; empty where this is the last one.
   */
  nextPageToken: string;
}
