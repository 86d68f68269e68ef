/**
 * What is asked of CancelEdit.
 */
export interface CancelEditRequest {
  /**
   * The edit.
   */
  requestId?: string;
}

/**
 * What is asked of CancelEdit.
 */
export interface CancelEditRequest__Output {
  /**
   * The edit.
   */
  requestId: string;
}
