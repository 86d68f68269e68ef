/**
 * What is asked of Cancel.
 */
export interface CancelRequest {
  /**
   * Whose edit it is.
   */
  tenant?: string;
  /**
   * Which one.
   */
  editId?: string;
}

/**
 * What is asked of Cancel.
 */
export interface CancelRequest__Output {
  /**
   * Whose edit it is.
   */
  tenant: string;
  /**
   * Which one.
   */
  editId: string;
}
