/**
 * An edit runs, for the first time or again.
 */
export interface Admitted {
  /**
   * How long it waited since it was ready, ms.
   */
  waitedMs?: number | string;
}

/**
 * An edit runs, for the first time or again.
 */
export interface Admitted__Output {
  /**
   * How long it waited since it was ready, ms.
   */
  waitedMs: number;
}
