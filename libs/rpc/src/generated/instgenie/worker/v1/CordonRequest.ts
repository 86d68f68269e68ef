/**
 * What is asked of Cordon.
 */
export interface CordonRequest {
  /**
   * Whether it is to be left out from now on.
   */
  isCordoned?: boolean;
}

/**
 * What is asked of Cordon.
 */
export interface CordonRequest__Output {
  /**
   * Whether it is to be left out from now on.
   */
  isCordoned: boolean;
}
