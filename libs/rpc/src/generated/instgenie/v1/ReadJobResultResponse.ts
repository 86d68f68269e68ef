/**
 * A piece of a result's file.
 */
export interface ReadJobResultResponse {
  /**
   * The next bytes, up to 256 KiB.
   */
  data?: Buffer | Uint8Array | string;
}

/**
 * A piece of a result's file.
 */
export interface ReadJobResultResponse__Output {
  /**
   * The next bytes, up to 256 KiB.
   */
  data: Buffer;
}
