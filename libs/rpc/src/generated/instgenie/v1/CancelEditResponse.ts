/**
 * What CancelEdit answers.
 */
export interface CancelEditResponse {}

/**
 * What CancelEdit answers.
 */
export interface CancelEditResponse__Output {}
