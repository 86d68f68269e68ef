import type { Long } from '@grpc/proto-loader';

/**
 * A picture and how its activations are made. What is left out is as the model does it.
 */
export interface TemplateSource {
  /**
   * The model's name in the worker's configuration. Empty where it has one only.
   */
  model?: string;
  /**
   * The file itself.
   */
  inline?: Buffer | Uint8Array | string;
  /**
   * SHA-256 of a file in the deployment's blob store, 64 lower-case hexadecimal digits.
   */
  stored?: string;
  /**
   * Denoising steps of the schedule, 1 to 1000.
   */
  steps?: number;
  /**
   * Guidance, for models that take it.
   */
  guidance?: number | string;
  /**
   * The template's own prompt; usually empty.
   */
  prompt?: string;
  /**
   * Seed of the template's own noise.
   */
  noiseSeed?: number | string | Long;
  /**
   * Keep every n-th step only; 0 is taken as 1.
   */
  keepEvery?: number;
  /**
   * Whose activations they are, where that is not the edit's tenant: a template that was granted. Empty: the tenant's own.
   */
  owner?: string;
  /**
   * The picture: a png, jpeg or webp file.
   */
  picture?: 'inline' | 'stored';
  _steps?: 'steps';
  _guidance?: 'guidance';
}

/**
 * A picture and how its activations are made. What is left out is as the model does it.
 */
export interface TemplateSource__Output {
  /**
   * The model's name in the worker's configuration. Empty where it has one only.
   */
  model: string;
  /**
   * The file itself.
   */
  inline?: Buffer;
  /**
   * SHA-256 of a file in the deployment's blob store, 64 lower-case hexadecimal digits.
   */
  stored?: string;
  /**
   * Denoising steps of the schedule, 1 to 1000.
   */
  steps?: number;
  /**
   * Guidance, for models that take it.
   */
  guidance?: number;
  /**
   * The template's own prompt; usually empty.
   */
  prompt: string;
  /**
   * Seed of the template's own noise.
   */
  noiseSeed: number;
  /**
   * Keep every n-th step only; 0 is taken as 1.
   */
  keepEvery: number;
  /**
   * Whose activations they are, where that is not the edit's tenant: a template that was granted. Empty: the tenant's own.
   */
  owner: string;
  /**
   * The picture: a png, jpeg or webp file.
   */
  picture?: 'inline' | 'stored';
  _steps?: 'steps';
  _guidance?: 'guidance';
}
