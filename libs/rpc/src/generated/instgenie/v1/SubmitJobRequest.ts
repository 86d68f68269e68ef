import type {
  Duration as _google_protobuf_Duration,
  Duration__Output as _google_protobuf_Duration__Output,
} from '../../google/protobuf/Duration.ts';
import type {
  EditSpec as _instgenie_v1_EditSpec,
  EditSpec__Output as _instgenie_v1_EditSpec__Output,
} from '../../instgenie/v1/EditSpec.ts';

/**
 * What is asked of SubmitJob.
 */
export interface SubmitJobRequest {
  /**
   * As in EditRequest; required.
   */
  requestId?: string;
  /**
   * 1 to 100 edits.
   */
  edits?: _instgenie_v1_EditSpec[];
  /**
   * Called with the job when it has ended: https, or http where the deployment allows it.
   */
  webhookUrl?: string;
  /**
   * How long results are kept; a day without it, at most thirty.
   */
  ttl?: _google_protobuf_Duration | null;
}

/**
 * What is asked of SubmitJob.
 */
export interface SubmitJobRequest__Output {
  /**
   * As in EditRequest; required.
   */
  requestId: string;
  /**
   * 1 to 100 edits.
   */
  edits: _instgenie_v1_EditSpec__Output[];
  /**
   * Called with the job when it has ended: https, or http where the deployment allows it.
   */
  webhookUrl: string;
  /**
   * How long results are kept; a day without it, at most thirty.
   */
  ttl: _google_protobuf_Duration__Output | null;
}
