import type { Long } from '@grpc/proto-loader';
import type {
  MaskMode as _instgenie_v1_MaskMode,
  MaskMode__Output as _instgenie_v1_MaskMode__Output,
} from '../../instgenie/v1/MaskMode.ts';
import type {
  PictureFormat as _instgenie_v1_PictureFormat,
  PictureFormat__Output as _instgenie_v1_PictureFormat__Output,
} from '../../instgenie/v1/PictureFormat.ts';
import type {
  PictureSize as _instgenie_v1_PictureSize,
  PictureSize__Output as _instgenie_v1_PictureSize__Output,
} from '../../instgenie/v1/PictureSize.ts';
import type {
  Priority as _instgenie_v1_Priority,
  Priority__Output as _instgenie_v1_Priority__Output,
} from '../../instgenie/v1/Priority.ts';

/**
 * What to edit, where and how. What is left out is as the template or the model does it.
 */
export interface EditSpec {
  /**
   * A template: 24 lower-case hexadecimal digits.
   */
  templateId?: string;
  /**
   * A png, jpeg or webp file. It becomes a template of its own, so that the same picture is warm the next time.
   */
  image?: Buffer | Uint8Array | string;
  /**
   * For an image: which model edits it. Empty: the deployment's first one.
   */
  model?: string;
  /**
   * What may change: a png, jpeg or webp file as large as the picture. Empty: where the picture is transparent, and where
   * nothing of it is, all of it.
   */
  mask?: Buffer | Uint8Array | string;
  /**
   * How the mask is read.
   */
  maskMode?: _instgenie_v1_MaskMode;
  /**
   * Pixels that the mask is grown by, 0 to 256.
   */
  grow?: number;
  /**
   * Pixels that it is then feathered by, inwards, 0 to 256.
   */
  feather?: number;
  /**
   * What to paint, up to 32,000 characters.
   */
  prompt?: string;
  /**
   * Seed of the noise inside the mask, up to 2^53 - 1. Without it one is chosen and told; calls with one request_id get one.
   */
  seed?: number | string | Long;
  /**
   * Denoising steps of the schedule, 1 to 1000.
   */
  steps?: number;
  /**
   * In (0, 1]: below 1 the edit keeps something of what was inside the mask. 1 without it.
   */
  strength?: number | string;
  /**
   * Guidance, for models that take it, 0 to 1000.
   */
  guidance?: number | string;
  /**
   * How many results, with seeds that follow each other, 1 to 10; 0 is taken as 1.
   */
  count?: number;
  /**
   * How urgent it is.
   */
  priority?: _instgenie_v1_Priority;
  /**
   * How the results are sent.
   */
  format?: _instgenie_v1_PictureFormat;
  /**
   * Resize the results to this. Then bytes outside the mask are the source's only up to resizing.
   */
  size?: _instgenie_v1_PictureSize | null;
  /**
   * Compute every token: the reference for quality.
   */
  dense?: boolean;
  /**
   * Refuse with NOT_FOUND where the template's activations are not kept by any worker.
   */
  requireWarm?: boolean;
  /**
   * The picture that is edited.
   */
  source?: 'templateId' | 'image';
  _seed?: 'seed';
  _steps?: 'steps';
  _strength?: 'strength';
  _guidance?: 'guidance';
}

/**
 * What to edit, where and how. What is left out is as the template or the model does it.
 */
export interface EditSpec__Output {
  /**
   * A template: 24 lower-case hexadecimal digits.
   */
  templateId?: string;
  /**
   * A png, jpeg or webp file. It becomes a template of its own, so that the same picture is warm the next time.
   */
  image?: Buffer;
  /**
   * For an image: which model edits it. Empty: the deployment's first one.
   */
  model: string;
  /**
   * What may change: a png, jpeg or webp file as large as the picture. Empty: where the picture is transparent, and where
   * nothing of it is, all of it.
   */
  mask: Buffer;
  /**
   * How the mask is read.
   */
  maskMode: _instgenie_v1_MaskMode__Output;
  /**
   * Pixels that the mask is grown by, 0 to 256.
   */
  grow: number;
  /**
   * Pixels that it is then feathered by, inwards, 0 to 256.
   */
  feather: number;
  /**
   * What to paint, up to 32,000 characters.
   */
  prompt: string;
  /**
   * Seed of the noise inside the mask, up to 2^53 - 1. Without it one is chosen and told; calls with one request_id get one.
   */
  seed?: number;
  /**
   * Denoising steps of the schedule, 1 to 1000.
   */
  steps?: number;
  /**
   * In (0, 1]: below 1 the edit keeps something of what was inside the mask. 1 without it.
   */
  strength?: number;
  /**
   * Guidance, for models that take it, 0 to 1000.
   */
  guidance?: number;
  /**
   * How many results, with seeds that follow each other, 1 to 10; 0 is taken as 1.
   */
  count: number;
  /**
   * How urgent it is.
   */
  priority: _instgenie_v1_Priority__Output;
  /**
   * How the results are sent.
   */
  format: _instgenie_v1_PictureFormat__Output;
  /**
   * Resize the results to this. Then bytes outside the mask are the source's only up to resizing.
   */
  size: _instgenie_v1_PictureSize__Output | null;
  /**
   * Compute every token: the reference for quality.
   */
  dense: boolean;
  /**
   * Refuse with NOT_FOUND where the template's activations are not kept by any worker.
   */
  requireWarm: boolean;
  /**
   * The picture that is edited.
   */
  source?: 'templateId' | 'image';
  _seed?: 'seed';
  _steps?: 'steps';
  _strength?: 'strength';
  _guidance?: 'guidance';
}
