/**
 * What an edit would end as if it ended now.
 */
export interface EditPreview {
  /**
   * Steps done.
   */
  done?: number;
  /**
   * A webp file as large as the source.
   */
  image?: Buffer | Uint8Array | string;
}

/**
 * What an edit would end as if it ended now.
 */
export interface EditPreview__Output {
  /**
   * Steps done.
   */
  done: number;
  /**
   * A webp file as large as the source.
   */
  image: Buffer;
}
