/**
 * How urgent an edit is.
 */
export const Priority = {
  /**
   * Taken as PRIORITY_INTERACTIVE, in jobs as PRIORITY_BATCH.
   */
  PRIORITY_UNSPECIFIED: 'PRIORITY_UNSPECIFIED',
  /**
   * Somebody is looking.
   */
  PRIORITY_INTERACTIVE: 'PRIORITY_INTERACTIVE',
  /**
   * Soon, but nobody is looking.
   */
  PRIORITY_NORMAL: 'PRIORITY_NORMAL',
  /**
   * When nothing else wants to run.
   */
  PRIORITY_BATCH: 'PRIORITY_BATCH',
} as const;

/**
 * How urgent an edit is.
 */
export type Priority =
  /**
   * Taken as PRIORITY_INTERACTIVE, in jobs as PRIORITY_BATCH.
   */
  | 'PRIORITY_UNSPECIFIED'
  | 0
  /**
   * Somebody is looking.
   */
  | 'PRIORITY_INTERACTIVE'
  | 1
  /**
   * Soon, but nobody is looking.
   */
  | 'PRIORITY_NORMAL'
  | 2
  /**
   * When nothing else wants to run.
   */
  | 'PRIORITY_BATCH'
  | 3;

/**
 * How urgent an edit is.
 */
export type Priority__Output = (typeof Priority)[keyof typeof Priority];
