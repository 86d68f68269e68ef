/**
 * What is asked of GetJob.
 */
export interface GetJobRequest {
  /**
   * The job.
   */
  jobId?: string;
}

/**
 * What is asked of GetJob.
 */
export interface GetJobRequest__Output {
  /**
   * The job.
   */
  jobId: string;
}
