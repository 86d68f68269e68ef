/**
 * An edit waits.
 */
export interface Queued {
  /**
   * How many are ahead of it.
   */
  position?: number;
  /**
   * When it will be done, if nobody more urgent comes, ms.
   */
  predictedMs?: number | string;
}

/**
 * An edit waits.
 */
export interface Queued__Output {
  /**
   * How many are ahead of it.
   */
  position: number;
  /**
   * When it will be done, if nobody more urgent comes, ms.
   */
  predictedMs: number;
}
