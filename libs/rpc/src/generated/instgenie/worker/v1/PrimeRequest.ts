import type {
  MaskMode as _instgenie_worker_v1_MaskMode,
  MaskMode__Output as _instgenie_worker_v1_MaskMode__Output,
} from '../../../instgenie/worker/v1/MaskMode.ts';
import type {
  TemplateSource as _instgenie_worker_v1_TemplateSource,
  TemplateSource__Output as _instgenie_worker_v1_TemplateSource__Output,
} from '../../../instgenie/worker/v1/TemplateSource.ts';

/**
 * What is asked of Prime.
 */
export interface PrimeRequest {
  /**
   * Whose template it is.
   */
  tenant?: string;
  /**
   * The template.
   */
  template?: _instgenie_worker_v1_TemplateSource | null;
  /**
   * Of a picture larger than the model's size: the window of the edits with this mask. Empty: the whole picture.
   */
  mask?: Buffer | Uint8Array | string;
  /**
   * How the mask is read.
   */
  maskMode?: _instgenie_worker_v1_MaskMode;
}

/**
 * What is asked of Prime.
 */
export interface PrimeRequest__Output {
  /**
   * Whose template it is.
   */
  tenant: string;
  /**
   * The template.
   */
  template: _instgenie_worker_v1_TemplateSource__Output | null;
  /**
   * Of a picture larger than the model's size: the window of the edits with this mask. Empty: the whole picture.
   */
  mask: Buffer;
  /**
   * How the mask is read.
   */
  maskMode: _instgenie_worker_v1_MaskMode__Output;
}
