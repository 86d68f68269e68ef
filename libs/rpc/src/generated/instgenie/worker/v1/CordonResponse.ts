/**
 * What Cordon answers.
 */
export interface CordonResponse {
  /**
   * Edits that are here.
   */
  edits?: number;
}

/**
 * What Cordon answers.
 */
export interface CordonResponse__Output {
  /**
   * Edits that are here.
   */
  edits: number;
}
