/**
 * What an edit took, ms.
 */
export interface EditTimings {
  /**
   * Picture and mask, from files to pixels.
   */
  decodeMs?: number | string;
  /**
   * The template, if it was not at hand.
   */
  templateMs?: number | string;
  /**
   * Prompt and masked picture.
   */
  encodeMs?: number | string;
  /**
   * Waiting for a place, in all.
   */
  queueMs?: number | string;
  /**
   * The steps, with what other edits of the same batches took.
   */
  denoiseMs?: number | string;
  /**
   * From latents to the file.
   */
  finishMs?: number | string;
  /**
   * From the request to the result.
   */
  totalMs?: number | string;
}

/**
 * What an edit took, ms.
 */
export interface EditTimings__Output {
  /**
   * Picture and mask, from files to pixels.
   */
  decodeMs: number;
  /**
   * The template, if it was not at hand.
   */
  templateMs: number;
  /**
   * Prompt and masked picture.
   */
  encodeMs: number;
  /**
   * Waiting for a place, in all.
   */
  queueMs: number;
  /**
   * The steps, with what other edits of the same batches took.
   */
  denoiseMs: number;
  /**
   * From latents to the file.
   */
  finishMs: number;
  /**
   * From the request to the result.
   */
  totalMs: number;
}
