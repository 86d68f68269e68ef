/**
 * What Drain answers.
 */
export interface DrainResponse {
  /**
   * Edits that are still here.
   */
  edits?: number;
}

/**
 * What Drain answers.
 */
export interface DrainResponse__Output {
  /**
   * Edits that are still here.
   */
  edits: number;
}
