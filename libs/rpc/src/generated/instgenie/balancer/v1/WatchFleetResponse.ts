import type {
  FleetWorker as _instgenie_balancer_v1_FleetWorker,
  FleetWorker__Output as _instgenie_balancer_v1_FleetWorker__Output,
} from '../../../instgenie/balancer/v1/FleetWorker.ts';

/**
 * All workers.
 */
export interface WatchFleetResponse {
  /**
   * By name.
   */
  workers?: _instgenie_balancer_v1_FleetWorker[];
}

/**
 * All workers.
 */
export interface WatchFleetResponse__Output {
  /**
   * By name.
   */
  workers: _instgenie_balancer_v1_FleetWorker__Output[];
}
