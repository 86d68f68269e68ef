import type { Long } from '@grpc/proto-loader';
import type {
  Duration as _google_protobuf_Duration,
  Duration__Output as _google_protobuf_Duration__Output,
} from '../../google/protobuf/Duration.ts';

/**
 * How a template is made and kept. What is left out is as the model does it.
 */
export interface TemplateSettings {
  /**
   * What people call it, up to 200 characters.
   */
  name?: string;
  /**
   * Which model edits it. Empty: the deployment's first one.
   */
  model?: string;
  /**
   * Denoising steps of the schedule, 1 to 1000.
   */
  steps?: number;
  /**
   * Guidance, for models that take it, 0 to 1000.
   */
  guidance?: number | string;
  /**
   * Its own prompt; usually empty.
   */
  prompt?: string;
  /**
   * Seed of its own noise, up to 2^32 - 1.
   */
  noiseSeed?: number | string | Long;
  /**
   * Keep every n-th step only; 0 is taken as 1.
   */
  keepEvery?: number;
  /**
   * Delete it after this time without an edit. Without it: as the deployment does.
   */
  ttl?: _google_protobuf_Duration | null;
  _steps?: 'steps';
  _guidance?: 'guidance';
}

/**
 * How a template is made and kept. What is left out is as the model does it.
 */
export interface TemplateSettings__Output {
  /**
   * What people call it, up to 200 characters.
   */
  name: string;
  /**
   * Which model edits it. Empty: the deployment's first one.
   */
  model: string;
  /**
   * Denoising steps of the schedule, 1 to 1000.
   */
  steps?: number;
  /**
   * Guidance, for models that take it, 0 to 1000.
   */
  guidance?: number;
  /**
   * Its own prompt; usually empty.
   */
  prompt: string;
  /**
   * Seed of its own noise, up to 2^32 - 1.
   */
  noiseSeed: number;
  /**
   * Keep every n-th step only; 0 is taken as 1.
   */
  keepEvery: number;
  /**
   * Delete it after this time without an edit. Without it: as the deployment does.
   */
  ttl: _google_protobuf_Duration__Output | null;
  _steps?: 'steps';
  _guidance?: 'guidance';
}
