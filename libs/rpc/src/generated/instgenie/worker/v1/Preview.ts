/**
 * What an edit would end as if it ended now.
 */
export interface Preview {
  /**
   * Steps done.
   */
  done?: number;
  /**
   * A webp file as large as the source.
   */
  picture?: Buffer | Uint8Array | string;
}

/**
 * What an edit would end as if it ended now.
 */
export interface Preview__Output {
  /**
   * Steps done.
   */
  done: number;
  /**
   * A webp file as large as the source.
   */
  picture: Buffer;
}
