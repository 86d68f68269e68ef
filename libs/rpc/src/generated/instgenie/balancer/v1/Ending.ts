/**
 * How an edit ended on a worker.
 */
export const Ending = {
  /**
   * Never sent.
   */
  ENDING_UNSPECIFIED: 'ENDING_UNSPECIFIED',
  /**
   * With a result.
   */
  ENDING_DONE: 'ENDING_DONE',
  /**
   * The worker refused it.
   */
  ENDING_REFUSED: 'ENDING_REFUSED',
  /**
   * The worker failed, or could not be reached.
   */
  ENDING_FAILED: 'ENDING_FAILED',
  /**
   * It was cancelled, or of no use any more: that says nothing of the worker.
   */
  ENDING_CANCELLED: 'ENDING_CANCELLED',
} as const;

/**
 * How an edit ended on a worker.
 */
export type Ending =
  /**
   * Never sent.
   */
  | 'ENDING_UNSPECIFIED'
  | 0
  /**
   * With a result.
   */
  | 'ENDING_DONE'
  | 1
  /**
   * The worker refused it.
   */
  | 'ENDING_REFUSED'
  | 2
  /**
   * The worker failed, or could not be reached.
   */
  | 'ENDING_FAILED'
  | 3
  /**
   * It was cancelled, or of no use any more: that says nothing of the worker.
   */
  | 'ENDING_CANCELLED'
  | 4;

/**
 * How an edit ended on a worker.
 */
export type Ending__Output = (typeof Ending)[keyof typeof Ending];
