import type {
  Duration as _google_protobuf_Duration,
  Duration__Output as _google_protobuf_Duration__Output,
} from '../../google/protobuf/Duration.ts';

/**
 * An edit waits.
 */
export interface EditQueued {
  /**
   * How many are ahead of it on its worker.
   */
  position?: number;
  /**
   * When it will be done, if nobody more urgent comes.
   */
  predicted?: _google_protobuf_Duration | null;
}

/**
 * An edit waits.
 */
export interface EditQueued__Output {
  /**
   * How many are ahead of it on its worker.
   */
  position: number;
  /**
   * When it will be done, if nobody more urgent comes.
   */
  predicted: _google_protobuf_Duration__Output | null;
}
