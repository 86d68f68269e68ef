/**
 * Where an edit was when somebody last looked: with its request, all that is needed to go on elsewhere.
 */
export interface Checkpoint {
  /**
   * Steps that are done, from the edit's own first one.
   */
  stepsDone?: number;
  /**
   * Latents of the masked rows in their order, float32, little-endian.
   */
  latents?: Buffer | Uint8Array | string;
  /**
   * The engine that made it. On another one the edit goes on, but may end with other bytes.
   */
  fingerprint?: string;
}

/**
 * Where an edit was when somebody last looked: with its request, all that is needed to go on elsewhere.
 */
export interface Checkpoint__Output {
  /**
   * Steps that are done, from the edit's own first one.
   */
  stepsDone: number;
  /**
   * Latents of the masked rows in their order, float32, little-endian.
   */
  latents: Buffer;
  /**
   * The engine that made it. On another one the edit goes on, but may end with other bytes.
   */
  fingerprint: string;
}
