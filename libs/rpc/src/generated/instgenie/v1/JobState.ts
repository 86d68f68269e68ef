/**
 * Where a job is.
 */
export const JobState = {
  /**
   * Never sent.
   */
  JOB_STATE_UNSPECIFIED: 'JOB_STATE_UNSPECIFIED',
  /**
   * It waits.
   */
  JOB_STATE_QUEUED: 'JOB_STATE_QUEUED',
  /**
   * Some of its edits run or are done.
   */
  JOB_STATE_RUNNING: 'JOB_STATE_RUNNING',
  /**
   * All edits have results.
   */
  JOB_STATE_DONE: 'JOB_STATE_DONE',
  /**
   * Some edits failed, the others have results.
   */
  JOB_STATE_FAILED: 'JOB_STATE_FAILED',
  /**
   * It was cancelled.
   */
  JOB_STATE_CANCELLED: 'JOB_STATE_CANCELLED',
} as const;

/**
 * Where a job is.
 */
export type JobState =
  /**
   * Never sent.
   */
  | 'JOB_STATE_UNSPECIFIED'
  | 0
  /**
   * It waits.
   */
  | 'JOB_STATE_QUEUED'
  | 1
  /**
   * Some of its edits run or are done.
   */
  | 'JOB_STATE_RUNNING'
  | 2
  /**
   * All edits have results.
   */
  | 'JOB_STATE_DONE'
  | 3
  /**
   * Some edits failed, the others have results.
   */
  | 'JOB_STATE_FAILED'
  | 4
  /**
   * It was cancelled.
   */
  | 'JOB_STATE_CANCELLED'
  | 5;

/**
 * Where a job is.
 */
export type JobState__Output = (typeof JobState)[keyof typeof JobState];
