/**
 * A fitted cost.
 */
export interface FittedLine {
  /**
   * What it takes at least, ms.
   */
  startMs?: number | string;
  /**
   * For each FLOP or byte, ms.
   */
  msPerUnit?: number | string;
}

/**
 * A fitted cost.
 */
export interface FittedLine__Output {
  /**
   * What it takes at least, ms.
   */
  startMs: number;
  /**
   * For each FLOP or byte, ms.
   */
  msPerUnit: number;
}
