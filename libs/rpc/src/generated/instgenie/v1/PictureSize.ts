/**
 * Width and height of a picture.
 */
export interface PictureSize {
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
 * Width and height of a picture.
 */
export interface PictureSize__Output {
  /**
   * Pixels, 16 to 4096.
   */
  width: number;
  /**
   * Pixels, 16 to 4096.
   */
  height: number;
}
