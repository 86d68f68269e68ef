import type {
  MaskMode as _instgenie_v1_MaskMode,
  MaskMode__Output as _instgenie_v1_MaskMode__Output,
} from '../../instgenie/v1/MaskMode.ts';

/**
 * What is asked of PrimeTemplate.
 */
export interface PrimeTemplateRequest {
  /**
   * The template.
   */
  templateId?: string;
  /**
   * Of a picture larger than the model's size: the window of edits with this mask. Empty: all of it.
   */
  mask?: Buffer | Uint8Array | string;
  /**
   * How the mask is read.
   */
  maskMode?: _instgenie_v1_MaskMode;
}

/**
 * What is asked of PrimeTemplate.
 */
export interface PrimeTemplateRequest__Output {
  /**
   * The template.
   */
  templateId: string;
  /**
   * Of a picture larger than the model's size: the window of edits with this mask. Empty: all of it.
   */
  mask: Buffer;
  /**
   * How the mask is read.
   */
  maskMode: _instgenie_v1_MaskMode__Output;
}
