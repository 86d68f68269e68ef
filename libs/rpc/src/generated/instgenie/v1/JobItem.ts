import type {
  EditedPicture as _instgenie_v1_EditedPicture,
  EditedPicture__Output as _instgenie_v1_EditedPicture__Output,
} from '../../instgenie/v1/EditedPicture.ts';
import type {
  EditFacts as _instgenie_v1_EditFacts,
  EditFacts__Output as _instgenie_v1_EditFacts__Output,
} from '../../instgenie/v1/EditFacts.ts';
import type {
  JobFailure as _instgenie_v1_JobFailure,
  JobFailure__Output as _instgenie_v1_JobFailure__Output,
} from '../../instgenie/v1/JobFailure.ts';
import type {
  JobState as _instgenie_v1_JobState,
  JobState__Output as _instgenie_v1_JobState__Output,
} from '../../instgenie/v1/JobState.ts';

/**
 * An edit of a job.
 */
export interface JobItem {
  /**
   * Where it is.
   */
  state?: _instgenie_v1_JobState;
  /**
   * Steps done, of the result that runs.
   */
  stepsDone?: number;
  /**
   * Steps in all.
   */
  stepsTotal?: number;
  /**
   * Its results, without their files: ReadJobResult has those.
   */
  pictures?: _instgenie_v1_EditedPicture[];
  /**
   * Facts of the edit.
   */
  facts?: _instgenie_v1_EditFacts | null;
  /**
   * Why it failed: reason and text.
   */
  failure?: _instgenie_v1_JobFailure | null;
}

/**
 * An edit of a job.
 */
export interface JobItem__Output {
  /**
   * Where it is.
   */
  state: _instgenie_v1_JobState__Output;
  /**
   * Steps done, of the result that runs.
   */
  stepsDone: number;
  /**
   * Steps in all.
   */
  stepsTotal: number;
  /**
   * Its results, without their files: ReadJobResult has those.
   */
  pictures: _instgenie_v1_EditedPicture__Output[];
  /**
   * Facts of the edit.
   */
  facts: _instgenie_v1_EditFacts__Output | null;
  /**
   * Why it failed: reason and text.
   */
  failure: _instgenie_v1_JobFailure__Output | null;
}
