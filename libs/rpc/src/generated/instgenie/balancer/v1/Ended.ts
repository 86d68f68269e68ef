import type {
  Ending as _instgenie_balancer_v1_Ending,
  Ending__Output as _instgenie_balancer_v1_Ending__Output,
} from '../../../instgenie/balancer/v1/Ending.ts';

/**
 * An edit that ended.
 */
export interface Ended {
  /**
   * As picked.
   */
  editId?: string;
  /**
   * The worker.
   */
  worker?: string;
  /**
   * How it ended.
   */
  ending?: _instgenie_balancer_v1_Ending;
  /**
   * What it took there, ms.
   */
  tookMs?: number | string;
  /**
   * What was predicted, ms.
   */
  predictedMs?: number | string;
}

/**
 * An edit that ended.
 */
export interface Ended__Output {
  /**
   * As picked.
   */
  editId: string;
  /**
   * The worker.
   */
  worker: string;
  /**
   * How it ended.
   */
  ending: _instgenie_balancer_v1_Ending__Output;
  /**
   * What it took there, ms.
   */
  tookMs: number;
  /**
   * What was predicted, ms.
   */
  predictedMs: number;
}
