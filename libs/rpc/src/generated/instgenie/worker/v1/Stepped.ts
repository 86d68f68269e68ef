/**
 * A step of an edit is done.
 */
export interface Stepped {
  /**
   * Steps done so far.
   */
  done?: number;
  /**
   * Steps in all.
   */
  total?: number;
}

/**
 * A step of an edit is done.
 */
export interface Stepped__Output {
  /**
   * Steps done so far.
   */
  done: number;
  /**
   * Steps in all.
   */
  total: number;
}
