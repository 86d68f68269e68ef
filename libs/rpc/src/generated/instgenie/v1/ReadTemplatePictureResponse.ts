/**
 * A piece of a picture's file.
 */
export interface ReadTemplatePictureResponse {
  /**
   * The next bytes, up to 256 KiB.
   */
  data?: Buffer | Uint8Array | string;
}

/**
 * A piece of a picture's file.
 */
export interface ReadTemplatePictureResponse__Output {
  /**
   * The next bytes, up to 256 KiB.
   */
  data: Buffer;
}
