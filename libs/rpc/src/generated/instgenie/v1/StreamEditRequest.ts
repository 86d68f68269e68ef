import type {
  Duration as _google_protobuf_Duration,
  Duration__Output as _google_protobuf_Duration__Output,
} from '../../google/protobuf/Duration.ts';
import type {
  EditSpec as _instgenie_v1_EditSpec,
  EditSpec__Output as _instgenie_v1_EditSpec__Output,
} from '../../instgenie/v1/EditSpec.ts';

/**
 * What is asked of StreamEdit.
 */
export interface StreamEditRequest {
  /**
   * As in EditRequest.
   */
  requestId?: string;
  /**
   * The edit.
   */
  edit?: _instgenie_v1_EditSpec | null;
  /**
   * As in EditRequest.
   */
  deadline?: _google_protobuf_Duration | null;
  /**
   * How many previews of each result, 0 to 8. Fewer may come, when they would make the edit late.
   */
  previews?: number;
  /**
   * As in EditRequest.
   */
  explain?: boolean;
}

/**
 * What is asked of StreamEdit.
 */
export interface StreamEditRequest__Output {
  /**
   * As in EditRequest.
   */
  requestId: string;
  /**
   * The edit.
   */
  edit: _instgenie_v1_EditSpec__Output | null;
  /**
   * As in EditRequest.
   */
  deadline: _google_protobuf_Duration__Output | null;
  /**
   * How many previews of each result, 0 to 8. Fewer may come, when they would make the edit late.
   */
  previews: number;
  /**
   * As in EditRequest.
   */
  explain: boolean;
}
