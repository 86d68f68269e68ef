import type {
  EditFacts as _instgenie_v1_EditFacts,
  EditFacts__Output as _instgenie_v1_EditFacts__Output,
} from '../../instgenie/v1/EditFacts.ts';

/**
 * An edit was checked and will be run.
 */
export interface EditAccepted {
  /**
   * As asked, or one that was chosen: with it a caller that lost its stream joins the edit again.
   */
  requestId?: string;
  /**
   * Facts of the request.
   */
  facts?: _instgenie_v1_EditFacts | null;
}

/**
 * An edit was checked and will be run.
 */
export interface EditAccepted__Output {
  /**
   * As asked, or one that was chosen: with it a caller that lost its stream joins the edit again.
   */
  requestId: string;
  /**
   * Facts of the request.
   */
  facts: _instgenie_v1_EditFacts__Output | null;
}
