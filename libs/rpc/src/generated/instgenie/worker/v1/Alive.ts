/**
 * A worker lives.
 */
export interface Alive {}

/**
 * A worker lives.
 */
export interface Alive__Output {}
