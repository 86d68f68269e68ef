// Messages of proto/instgenie/balancer/v1.
export type { BalancerServiceDefinition } from './generated/instgenie/balancer/v1/BalancerService.ts';
export type { Ended, Ended__Output } from './generated/instgenie/balancer/v1/Ended.ts';
export type { Ending, Ending__Output } from './generated/instgenie/balancer/v1/Ending.ts';
export type { FleetModel, FleetModel__Output } from './generated/instgenie/balancer/v1/FleetModel.ts';
export type { FleetWorker, FleetWorker__Output } from './generated/instgenie/balancer/v1/FleetWorker.ts';
export type { PickRequest, PickRequest__Output } from './generated/instgenie/balancer/v1/PickRequest.ts';
export type { PickResponse, PickResponse__Output } from './generated/instgenie/balancer/v1/PickResponse.ts';
export type { ReportRequest, ReportRequest__Output } from './generated/instgenie/balancer/v1/ReportRequest.ts';
export type { ReportResponse, ReportResponse__Output } from './generated/instgenie/balancer/v1/ReportResponse.ts';
export type { Score, Score__Output } from './generated/instgenie/balancer/v1/Score.ts';
export type { WaitingEdits, WaitingEdits__Output } from './generated/instgenie/balancer/v1/WaitingEdits.ts';
export type {
  WatchFleetRequest,
  WatchFleetRequest__Output,
} from './generated/instgenie/balancer/v1/WatchFleetRequest.ts';
export type {
  WatchFleetResponse,
  WatchFleetResponse__Output,
} from './generated/instgenie/balancer/v1/WatchFleetResponse.ts';
