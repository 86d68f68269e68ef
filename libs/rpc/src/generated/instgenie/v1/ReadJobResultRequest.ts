/**
 * What is asked of ReadJobResult.
 */
export interface ReadJobResultRequest {
  /**
   * The job.
   */
  jobId?: string;
  /**
   * Which edit, counted from 0.
   */
  item?: number;
  /**
   * Which of its results, counted from 0.
   */
  picture?: number;
}

/**
 * What is asked of ReadJobResult.
 */
export interface ReadJobResultRequest__Output {
  /**
   * The job.
   */
  jobId: string;
  /**
   * Which edit, counted from 0.
   */
  item: number;
  /**
   * Which of its results, counted from 0.
   */
  picture: number;
}
