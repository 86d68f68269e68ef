/**
 * What is asked of Drain.
 */
export interface DrainRequest {
  /**
   * Whether edits leave after the running step, with a checkpoint, instead of ending here.
   */
  handOver?: boolean;
}

/**
 * What is asked of Drain.
 */
export interface DrainRequest__Output {
  /**
   * Whether edits leave after the running step, with a checkpoint, instead of ending here.
   */
  handOver: boolean;
}
