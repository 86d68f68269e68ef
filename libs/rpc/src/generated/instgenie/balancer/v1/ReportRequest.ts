import type {
  Ended as _instgenie_balancer_v1_Ended,
  Ended__Output as _instgenie_balancer_v1_Ended__Output,
} from '../../../instgenie/balancer/v1/Ended.ts';

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
}
