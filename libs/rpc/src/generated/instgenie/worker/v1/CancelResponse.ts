/**
 * What Cancel answers.
 */
export interface CancelResponse {}

/**
 * What Cancel answers.
 */
export interface CancelResponse__Output {}
