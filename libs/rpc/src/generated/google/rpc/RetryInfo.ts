import type {
  Duration as _google_protobuf_Duration,
  Duration__Output as _google_protobuf_Duration__Output,
} from '../../google/protobuf/Duration.ts';

/**
 * When to try again.
 */
export interface RetryInfo {
  /**
   * The least time to wait before the next attempt.
   */
  retryDelay?: _google_protobuf_Duration | null;
}

/**
 * When to try again.
 */
export interface RetryInfo__Output {
  /**
   * The least time to wait before the next attempt.
   */
  retryDelay: _google_protobuf_Duration__Output | null;
}
