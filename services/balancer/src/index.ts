export { type BalancerConfig, balancerConfig } from './config.ts';
export { type EditEnd, Fleet, type FleetSettings } from './fleet/fleet.ts';
export { emptyFleet, type FleetSnapshot } from './fleet/fleet-snapshot.ts';
export { usualOutliers } from './fleet/outliers.ts';
export type { WorkerView } from './fleet/worker-view.ts';
export { type PickLimits, usualLimits } from './picking/limits.ts';
export { type PickOptions, type PickOutcome, pick } from './picking/pick.ts';
export type { PickRequest } from './picking/pick-request.ts';
export {
  leastRequests,
  leastTokens,
  type PickPolicy,
  policies,
  policyNames,
  predictedFinish,
  roundRobin,
} from './picking/policies.ts';
export type { Prediction } from './picking/predict.ts';
