/**
 * What is asked of CancelJob.
 */
export interface CancelJobRequest {
  /**
   * The job.
   */
  jobId?: string;
}

/**
 * What is asked of CancelJob.
 */
export interface CancelJobRequest__Output {
  /**
   * The job.
   */
  jobId: string;
}
