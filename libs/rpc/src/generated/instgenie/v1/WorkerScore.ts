import type {
  Duration as _google_protobuf_Duration,
  Duration__Output as _google_protobuf_Duration__Output,
} from '../../google/protobuf/Duration.ts';

/**
 * How a worker stood when one was chosen.
 */
export interface WorkerScore {
  /**
   * The worker.
   */
  worker?: string;
  /**
   * When the edit would have been done there; not set where it could not run.
   */
  predicted?: _google_protobuf_Duration | null;
  /**
   * Of that: waiting for others.
   */
  queue?: _google_protobuf_Duration | null;
  /**
   * Of that: computing.
   */
  compute?: _google_protobuf_Duration | null;
  /**
   * Of that: getting activations that are not there.
   */
  load?: _google_protobuf_Duration | null;
  /**
   * Where the activations were: memory, disk, peer or none.
   */
  tier?: string;
  /**
   * Why it was left out; empty for those that could run it.
   */
  leftOut?: string;
}

/**
 * How a worker stood when one was chosen.
 */
export interface WorkerScore__Output {
  /**
   * The worker.
   */
  worker: string;
  /**
   * When the edit would have been done there; not set where it could not run.
   */
  predicted: _google_protobuf_Duration__Output | null;
  /**
   * Of that: waiting for others.
   */
  queue: _google_protobuf_Duration__Output | null;
  /**
   * Of that: computing.
   */
  compute: _google_protobuf_Duration__Output | null;
  /**
   * Of that: getting activations that are not there.
   */
  load: _google_protobuf_Duration__Output | null;
  /**
   * Where the activations were: memory, disk, peer or none.
   */
  tier: string;
  /**
   * Why it was left out; empty for those that could run it.
   */
  leftOut: string;
}
