import type {
  Admitted as _instgenie_worker_v1_Admitted,
  Admitted__Output as _instgenie_worker_v1_Admitted__Output,
} from '../../../instgenie/worker/v1/Admitted.ts';
import type {
  Alive as _instgenie_worker_v1_Alive,
  Alive__Output as _instgenie_worker_v1_Alive__Output,
} from '../../../instgenie/worker/v1/Alive.ts';
import type {
  Checkpoint as _instgenie_worker_v1_Checkpoint,
  Checkpoint__Output as _instgenie_worker_v1_Checkpoint__Output,
} from '../../../instgenie/worker/v1/Checkpoint.ts';
import type {
  EditResult as _instgenie_worker_v1_EditResult,
  EditResult__Output as _instgenie_worker_v1_EditResult__Output,
} from '../../../instgenie/worker/v1/EditResult.ts';
import type {
  Preview as _instgenie_worker_v1_Preview,
  Preview__Output as _instgenie_worker_v1_Preview__Output,
} from '../../../instgenie/worker/v1/Preview.ts';
import type {
  Queued as _instgenie_worker_v1_Queued,
  Queued__Output as _instgenie_worker_v1_Queued__Output,
} from '../../../instgenie/worker/v1/Queued.ts';
import type {
  Stepped as _instgenie_worker_v1_Stepped,
  Stepped__Output as _instgenie_worker_v1_Stepped__Output,
} from '../../../instgenie/worker/v1/Stepped.ts';

/**
 * How an edit goes.
 */
export interface EditResponse {
  /**
   * It is ready to run and waits for its place.
   */
  queued?: _instgenie_worker_v1_Queued | null;
  /**
   * It runs.
   */
  admitted?: _instgenie_worker_v1_Admitted | null;
  /**
   * A step of it is done.
   */
  stepped?: _instgenie_worker_v1_Stepped | null;
  /**
   * What the result will look like.
   */
  preview?: _instgenie_worker_v1_Preview | null;
  /**
   * Where it is: enough to go on elsewhere.
   */
  checkpoint?: _instgenie_worker_v1_Checkpoint | null;
  /**
   * It is done.
   */
  result?: _instgenie_worker_v1_EditResult | null;
  /**
   * The worker has the edit, and lives: sent at once, so that whoever loses the worker then knows that it may be the edit's
   * doing, and after each half second without another message.
   */
  alive?: _instgenie_worker_v1_Alive | null;
  /**
   * What happened.
   */
  event?: 'queued' | 'admitted' | 'stepped' | 'preview' | 'checkpoint' | 'result' | 'alive';
}

/**
 * How an edit goes.
 */
export interface EditResponse__Output {
  /**
   * It is ready to run and waits for its place.
   */
  queued?: _instgenie_worker_v1_Queued__Output | null;
  /**
   * It runs.
   */
  admitted?: _instgenie_worker_v1_Admitted__Output | null;
  /**
   * A step of it is done.
   */
  stepped?: _instgenie_worker_v1_Stepped__Output | null;
  /**
   * What the result will look like.
   */
  preview?: _instgenie_worker_v1_Preview__Output | null;
  /**
   * Where it is: enough to go on elsewhere.
   */
  checkpoint?: _instgenie_worker_v1_Checkpoint__Output | null;
  /**
   * It is done.
   */
  result?: _instgenie_worker_v1_EditResult__Output | null;
  /**
   * The worker has the edit, and lives: sent at once, so that whoever loses the worker then knows that it may be the edit's
   * doing, and after each half second without another message.
   */
  alive?: _instgenie_worker_v1_Alive__Output | null;
  /**
   * What happened.
   */
  event?: 'queued' | 'admitted' | 'stepped' | 'preview' | 'checkpoint' | 'result' | 'alive';
}
