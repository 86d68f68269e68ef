import type {
  Priority as _instgenie_worker_v1_Priority,
  Priority__Output as _instgenie_worker_v1_Priority__Output,
} from '../../../instgenie/worker/v1/Priority.ts';

/**
 * What is asked of Pick.
 */
export interface PickRequest {
  /**
   * The gateway that asks.
   */
  gateway?: string;
  /**
   * Names the edit, so that it is not counted twice: tenant and request id, hashed.
   */
  editId?: string;
  /**
   * Whose edit it is.
   */
  tenant?: string;
  /**
   * The model's name.
   */
  model?: string;
  /**
   * How urgent it is.
   */
  priority?: _instgenie_worker_v1_Priority;
  /**
   * Time that is left for it, ms; 0 for any.
   */
  deadlineMs?: number | string;
  /**
   * Tokens that are computed.
   */
  maskedTokens?: number;
  /**
   * Tokens of the window.
   */
  tokens?: number;
  /**
   * Steps that are left to do.
   */
  steps?: number;
  /**
   * Whether every token is computed.
   */
  isDense?: boolean;
  /**
   * Variants of the template's activations that the edit could use, one for each kind of engine; none where it never ran.
   */
  variants?: string[];
  /**
   * The same for all edits of a template, so that the first of them do not go to different workers.
   */
  affinity?: string;
  /**
   * Workers that have failed the edit.
   */
  excluded?: string[];
  /**
   * Leave out workers that would have to compute the activations.
   */
  mustBeWarm?: boolean;
  /**
   * Answer with the scores of all workers.
   */
  explain?: boolean;
  /**
   * Only ask: nothing is counted, and where nobody can do it the answer names no worker and says why in `refused`.
   */
  dryRun?: boolean;
}

/**
 * What is asked of Pick.
 */
export interface PickRequest__Output {
  /**
   * The gateway that asks.
   */
  gateway: string;
  /**
   * Names the edit, so that it is not counted twice: tenant and request id, hashed.
   */
  editId: string;
  /**
   * Whose edit it is.
   */
  tenant: string;
  /**
   * The model's name.
   */
  model: string;
  /**
   * How urgent it is.
   */
  priority: _instgenie_worker_v1_Priority__Output;
  /**
   * Time that is left for it, ms; 0 for any.
   */
  deadlineMs: number;
  /**
   * Tokens that are computed.
   */
  maskedTokens: number;
  /**
   * Tokens of the window.
   */
  tokens: number;
  /**
   * Steps that are left to do.
   */
  steps: number;
  /**
   * Whether every token is computed.
   */
  isDense: boolean;
  /**
   * Variants of the template's activations that the edit could use, one for each kind of engine; none where it never ran.
   */
  variants: string[];
  /**
   * The same for all edits of a template, so that the first of them do not go to different workers.
   */
  affinity: string;
  /**
   * Workers that have failed the edit.
   */
  excluded: string[];
  /**
   * Leave out workers that would have to compute the activations.
   */
  mustBeWarm: boolean;
  /**
   * Answer with the scores of all workers.
   */
  explain: boolean;
  /**
   * Only ask: nothing is counted, and where nobody can do it the answer names no worker and says why in `refused`.
   */
  dryRun: boolean;
}
