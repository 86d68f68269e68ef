/**
 * What is asked of WatchLoad.
 */
export interface WatchLoadRequest {}

/**
 * What is asked of WatchLoad.
 */
export interface WatchLoadRequest__Output {}
