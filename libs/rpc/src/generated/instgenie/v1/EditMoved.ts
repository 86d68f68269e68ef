/**
 * An edit goes on elsewhere.
 */
export interface EditMoved {
  /**
   * Steps that are not computed again.
   */
  keptSteps?: number;
}

/**
 * An edit goes on elsewhere.
 */
export interface EditMoved__Output {
  /**
   * Steps that are not computed again.
   */
  keptSteps: number;
}
