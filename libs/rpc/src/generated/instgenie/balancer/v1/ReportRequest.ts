import type {
  Ended as _instgenie_balancer_v1_Ended,
  Ended__Output as _instgenie_balancer_v1_Ended__Output,
} from '../../../instgenie/balancer/v1/Ended.ts';
import type {
  WaitingEdits as _instgenie_balancer_v1_WaitingEdits,
  WaitingEdits__Output as _instgenie_balancer_v1_WaitingEdits__Output,
} from '../../../instgenie/balancer/v1/WaitingEdits.ts';

/**
 * What is asked of Report.
 */
export interface ReportRequest {
  /**
   * The gateway that tells.
   */
  gateway?: string;
  /**
   * Edits that ended since it told last, up to 1000.
   */
  ended?: _instgenie_balancer_v1_Ended[];
  /**
   * Edits of jobs that wait in the queue, whichever gateway took them; none said is not the same as none.
   */
  waiting?: _instgenie_balancer_v1_WaitingEdits[];
}

/**
 * What is asked of Report.
 */
export interface ReportRequest__Output {
  /**
   * The gateway that tells.
   */
  gateway: string;
  /**
   * Edits that ended since it told last, up to 1000.
   */
  ended: _instgenie_balancer_v1_Ended__Output[];
  /**
   * Edits of jobs that wait in the queue, whichever gateway took them; none said is not the same as none.
   */
  waiting: _instgenie_balancer_v1_WaitingEdits__Output[];
}
