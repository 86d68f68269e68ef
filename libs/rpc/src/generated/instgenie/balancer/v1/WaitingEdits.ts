/**
 * Edits of jobs that wait for a model.
 */
export interface WaitingEdits {
  /**
   * The model's name.
   */
  model?: string;
  /**
   * How many there are.
   */
  edits?: number;
}

/**
 * Edits of jobs that wait for a model.
 */
export interface WaitingEdits__Output {
  /**
   * The model's name.
   */
  model: string;
  /**
   * How many there are.
   */
  edits: number;
}
