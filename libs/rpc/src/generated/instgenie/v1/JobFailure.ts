/**
 * Why an edit of a job failed.
 */
export interface JobFailure {
  /**
   * Such as INVALID or DEADLINE.
   */
  reason?: string;
  /**
   * For people.
   */
  message?: string;
  /**
   * The field that is wrong, if one is.
   */
  field?: string;
}

/**
 * Why an edit of a job failed.
 */
export interface JobFailure__Output {
  /**
   * Such as INVALID or DEADLINE.
   */
  reason: string;
  /**
   * For people.
   */
  message: string;
  /**
   * The field that is wrong, if one is.
   */
  field: string;
}
