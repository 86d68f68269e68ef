/**
 * What is asked of WatchJob.
 */
export interface WatchJobRequest {
  /**
   * The job.
   */
  jobId?: string;
}

/**
 * What is asked of WatchJob.
 */
export interface WatchJobRequest__Output {
  /**
   * The job.
   */
  jobId: string;
}
