/**
 * A step is done.
 */
export interface EditProgress {
  /**
   * Steps done.
   */
  done?: number;
  /**
   * Steps in all.
   */
  total?: number;
}

/**
 * A step is done.
 */
export interface EditProgress__Output {
  /**
   * Steps done.
   */
  done: number;
  /**
   * Steps in all.
   */
  total: number;
}
