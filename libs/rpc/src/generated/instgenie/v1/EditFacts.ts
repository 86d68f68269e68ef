/**
 * What was found in a request.
 */
export interface EditFacts {
  /**
   * The template, also of a picture that was sent along.
   */
  templateId?: string;
  /**
   * The model that edits it.
   */
  model?: string;
  /**
   * Share of the picture's pixels that may change, in (0, 1].
   */
  maskRatio?: number | string;
  /**
   * Tokens that are computed.
   */
  maskedTokens?: number;
  /**
   * Tokens of the model's window.
   */
  tokens?: number;
  /**
   * Steps of each result.
   */
  steps?: number;
  /**
   * What is worth knowing and no error, such as a mask that covers everything.
   */
  warnings?: string[];
}

/**
 * What was found in a request.
 */
export interface EditFacts__Output {
  /**
   * The template, also of a picture that was sent along.
   */
  templateId: string;
  /**
   * The model that edits it.
   */
  model: string;
  /**
   * Share of the picture's pixels that may change, in (0, 1].
   */
  maskRatio: number;
  /**
   * Tokens that are computed.
   */
  maskedTokens: number;
  /**
   * Tokens of the model's window.
   */
  tokens: number;
  /**
   * Steps of each result.
   */
  steps: number;
  /**
   * What is worth knowing and no error, such as a mask that covers everything.
   */
  warnings: string[];
}
