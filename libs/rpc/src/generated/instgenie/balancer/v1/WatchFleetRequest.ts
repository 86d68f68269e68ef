/**
 * What is asked of WatchFleet.
 */
export interface WatchFleetRequest {}

/**
 * What is asked of WatchFleet.
 */
export interface WatchFleetRequest__Output {}
