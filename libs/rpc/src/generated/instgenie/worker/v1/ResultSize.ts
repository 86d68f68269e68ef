/**
 * Width and height of a result.
 */
export interface ResultSize {
  /**
   * Pixels, 16 to 4096.
   */
  width?: number;
  /**
   * Pixels, 16 to 4096.
   */
  height?: number;
}

/**
 * Width and height of a result.
 */
export interface ResultSize__Output {
  /**
   * Pixels, 16 to 4096.
   */
  width: number;
  /**
   * Pixels, 16 to 4096.
   */
  height: number;
}
