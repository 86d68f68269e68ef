import type {
  EditAccepted as _instgenie_v1_EditAccepted,
  EditAccepted__Output as _instgenie_v1_EditAccepted__Output,
} from '../../instgenie/v1/EditAccepted.ts';
import type {
  EditedPicture as _instgenie_v1_EditedPicture,
  EditedPicture__Output as _instgenie_v1_EditedPicture__Output,
} from '../../instgenie/v1/EditedPicture.ts';
import type {
  EditMoved as _instgenie_v1_EditMoved,
  EditMoved__Output as _instgenie_v1_EditMoved__Output,
} from '../../instgenie/v1/EditMoved.ts';
import type {
  EditPreview as _instgenie_v1_EditPreview,
  EditPreview__Output as _instgenie_v1_EditPreview__Output,
} from '../../instgenie/v1/EditPreview.ts';
import type {
  EditProgress as _instgenie_v1_EditProgress,
  EditProgress__Output as _instgenie_v1_EditProgress__Output,
} from '../../instgenie/v1/EditProgress.ts';
import type {
  EditQueued as _instgenie_v1_EditQueued,
  EditQueued__Output as _instgenie_v1_EditQueued__Output,
} from '../../instgenie/v1/EditQueued.ts';

/**
 * How an edit goes.
 */
export interface StreamEditResponse {
  /**
   * Which of the results this is about, counted from 0.
   */
  index?: number;
  /**
   * The request is good.
   */
  accepted?: _instgenie_v1_EditAccepted | null;
  /**
   * It waits for its place on a worker.
   */
  queued?: _instgenie_v1_EditQueued | null;
  /**
   * A step is done.
   */
  progress?: _instgenie_v1_EditProgress | null;
  /**
   * What the result will look like.
   */
  preview?: _instgenie_v1_EditPreview | null;
  /**
   * A worker was lost or left, and the edit goes on elsewhere.
   */
  moved?: _instgenie_v1_EditMoved | null;
  /**
   * A result.
   */
  picture?: _instgenie_v1_EditedPicture | null;
  /**
   * What happened.
   */
  event?: 'accepted' | 'queued' | 'progress' | 'preview' | 'moved' | 'picture';
}

/**
 * How an edit goes.
 */
export interface StreamEditResponse__Output {
  /**
   * Which of the results this is about, counted from 0.
   */
  index: number;
  /**
   * The request is good.
   */
  accepted?: _instgenie_v1_EditAccepted__Output | null;
  /**
   * It waits for its place on a worker.
   */
  queued?: _instgenie_v1_EditQueued__Output | null;
  /**
   * A step is done.
   */
  progress?: _instgenie_v1_EditProgress__Output | null;
  /**
   * What the result will look like.
   */
  preview?: _instgenie_v1_EditPreview__Output | null;
  /**
   * A worker was lost or left, and the edit goes on elsewhere.
   */
  moved?: _instgenie_v1_EditMoved__Output | null;
  /**
   * A result.
   */
  picture?: _instgenie_v1_EditedPicture__Output | null;
  /**
   * What happened.
   */
  event?: 'accepted' | 'queued' | 'progress' | 'preview' | 'moved' | 'picture';
}
