import type {
  Duration as _google_protobuf_Duration,
  Duration__Output as _google_protobuf_Duration__Output,
} from '../../google/protobuf/Duration.ts';
import type {
  EditSpec as _instgenie_v1_EditSpec,
  EditSpec__Output as _instgenie_v1_EditSpec__Output,
} from '../../instgenie/v1/EditSpec.ts';

/**
 * What is asked of Edit.
 */
export interface EditRequest {
  /**
   * Makes the call idempotent: 1 to 64 of a-z, A-Z, 0-9, '-', '_', such as a UUID. Empty: the call stands alone.
   */
  requestId?: string;
  /**
   * The edit.
   */
  edit?: _instgenie_v1_EditSpec | null;
  /**
   * Fail with DEADLINE_EXCEEDED after this time, or at once with RESOURCE_EXHAUSTED where it cannot be met; at most 60 s. The
   * call's own deadline holds too.
   */
  deadline?: _google_protobuf_Duration | null;
  /**
   * Check everything and compute nothing: the answer has no pictures.
   */
  validateOnly?: boolean;
  /**
   * Say in the answer why the worker was chosen.
   */
  explain?: boolean;
}

/**
 * What is asked of Edit.
 */
export interface EditRequest__Output {
  /**
   * Makes the call idempotent: 1 to 64 of a-z, A-Z, 0-9, '-', '_', such as a UUID. Empty: the call stands alone.
   */
  requestId: string;
  /**
   * The edit.
   */
  edit: _instgenie_v1_EditSpec__Output | null;
  /**
   * Fail with DEADLINE_EXCEEDED after this time, or at once with RESOURCE_EXHAUSTED where it cannot be met; at most 60 s. The
   * call's own deadline holds too.
   */
  deadline: _google_protobuf_Duration__Output | null;
  /**
   * Check everything and compute nothing: the answer has no pictures.
   */
  validateOnly: boolean;
  /**
   * Say in the answer why the worker was chosen.
   */
  explain: boolean;
}
