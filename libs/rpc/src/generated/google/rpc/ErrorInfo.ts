/**
 * Why a call failed, for programs. Every failed call has one.
 */
export interface ErrorInfo {
  /**
   * UPPER_SNAKE_CASE, at most 63 characters, unique within the domain.
   */
  reason?: string;
  /**
   * Who defines the reason; here always `instgenie`.
   */
  domain?: string;
}

/**
 * Why a call failed, for programs. Every failed call has one.
 */
export interface ErrorInfo__Output {
  /**
   * UPPER_SNAKE_CASE, at most 63 characters, unique within the domain.
   */
  reason: string;
  /**
   * Who defines the reason; here always `instgenie`.
   */
  domain: string;
}
