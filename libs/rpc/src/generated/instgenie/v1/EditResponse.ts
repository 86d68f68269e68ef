import type {
  EditedPicture as _instgenie_v1_EditedPicture,
  EditedPicture__Output as _instgenie_v1_EditedPicture__Output,
} from '../../instgenie/v1/EditedPicture.ts';
import type {
  EditFacts as _instgenie_v1_EditFacts,
  EditFacts__Output as _instgenie_v1_EditFacts__Output,
} from '../../instgenie/v1/EditFacts.ts';

/**
 * What Edit answers.
 */
export interface EditResponse {
  /**
   * As asked, or one that was chosen.
   */
  requestId?: string;
  /**
   * The results, in the order of their seeds.
   */
  pictures?: _instgenie_v1_EditedPicture[];
  /**
   * Facts of the request.
   */
  facts?: _instgenie_v1_EditFacts | null;
}

/**
 * What Edit answers.
 */
export interface EditResponse__Output {
  /**
   * As asked, or one that was chosen.
   */
  requestId: string;
  /**
   * The results, in the order of their seeds.
   */
  pictures: _instgenie_v1_EditedPicture__Output[];
  /**
   * Facts of the request.
   */
  facts: _instgenie_v1_EditFacts__Output | null;
}
