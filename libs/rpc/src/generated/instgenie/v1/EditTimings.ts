import type {
  Duration as _google_protobuf_Duration,
  Duration__Output as _google_protobuf_Duration__Output,
} from '../../google/protobuf/Duration.ts';

/**
 * What an edit took.
 */
export interface EditTimings {
  /**
   * From the call to the choice of a worker.
   */
  gateway?: _google_protobuf_Duration | null;
  /**
   * Picture, mask and template made ready, and the prompt read.
   */
  prepare?: _google_protobuf_Duration | null;
  /**
   * Waiting for a place in a batch.
   */
  queue?: _google_protobuf_Duration | null;
  /**
   * The denoising steps.
   */
  denoise?: _google_protobuf_Duration | null;
  /**
   * From latents to the file.
   */
  decode?: _google_protobuf_Duration | null;
  /**
   * From the call to the result.
   */
  total?: _google_protobuf_Duration | null;
}

/**
 * What an edit took.
 */
export interface EditTimings__Output {
  /**
   * From the call to the choice of a worker.
   */
  gateway: _google_protobuf_Duration__Output | null;
  /**
   * Picture, mask and template made ready, and the prompt read.
   */
  prepare: _google_protobuf_Duration__Output | null;
  /**
   * Waiting for a place in a batch.
   */
  queue: _google_protobuf_Duration__Output | null;
  /**
   * The denoising steps.
   */
  denoise: _google_protobuf_Duration__Output | null;
  /**
   * From latents to the file.
   */
  decode: _google_protobuf_Duration__Output | null;
  /**
   * From the call to the result.
   */
  total: _google_protobuf_Duration__Output | null;
}
