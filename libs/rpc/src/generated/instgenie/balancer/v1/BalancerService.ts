import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  PickRequest as _instgenie_balancer_v1_PickRequest,
  PickRequest__Output as _instgenie_balancer_v1_PickRequest__Output,
} from '../../../instgenie/balancer/v1/PickRequest.ts';
import type {
  PickResponse as _instgenie_balancer_v1_PickResponse,
  PickResponse__Output as _instgenie_balancer_v1_PickResponse__Output,
} from '../../../instgenie/balancer/v1/PickResponse.ts';
import type {
  ReportRequest as _instgenie_balancer_v1_ReportRequest,
  ReportRequest__Output as _instgenie_balancer_v1_ReportRequest__Output,
} from '../../../instgenie/balancer/v1/ReportRequest.ts';
import type {
  ReportResponse as _instgenie_balancer_v1_ReportResponse,
  ReportResponse__Output as _instgenie_balancer_v1_ReportResponse__Output,
} from '../../../instgenie/balancer/v1/ReportResponse.ts';
import type {
  WatchFleetRequest as _instgenie_balancer_v1_WatchFleetRequest,
  WatchFleetRequest__Output as _instgenie_balancer_v1_WatchFleetRequest__Output,
} from '../../../instgenie/balancer/v1/WatchFleetRequest.ts';
import type {
  WatchFleetResponse as _instgenie_balancer_v1_WatchFleetResponse,
  WatchFleetResponse__Output as _instgenie_balancer_v1_WatchFleetResponse__Output,
} from '../../../instgenie/balancer/v1/WatchFleetResponse.ts';

/**
 * Chooses workers, and knows the fleet.
 */
export interface BalancerServiceClient extends grpc.Client {
  /**
   * The worker where an edit will be done first. A pick is a hint: the worker has the last word. RESOURCE_EXHAUSTED with a
   * time to retry where none can do it in time; UNAVAILABLE where none serves the model.
   */
  Pick(
    argument: _instgenie_balancer_v1_PickRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_balancer_v1_PickResponse__Output>,
  ): grpc.ClientUnaryCall;
  Pick(
    argument: _instgenie_balancer_v1_PickRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_balancer_v1_PickResponse__Output>,
  ): grpc.ClientUnaryCall;
  Pick(
    argument: _instgenie_balancer_v1_PickRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_balancer_v1_PickResponse__Output>,
  ): grpc.ClientUnaryCall;
  Pick(
    argument: _instgenie_balancer_v1_PickRequest,
    callback: grpc.requestCallback<_instgenie_balancer_v1_PickResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * The worker where an edit will be done first. A pick is a hint: the worker has the last word. RESOURCE_EXHAUSTED with a
   * time to retry where none can do it in time; UNAVAILABLE where none serves the model.
   */
  pick(
    argument: _instgenie_balancer_v1_PickRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_balancer_v1_PickResponse__Output>,
  ): grpc.ClientUnaryCall;
  pick(
    argument: _instgenie_balancer_v1_PickRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_balancer_v1_PickResponse__Output>,
  ): grpc.ClientUnaryCall;
  pick(
    argument: _instgenie_balancer_v1_PickRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_balancer_v1_PickResponse__Output>,
  ): grpc.ClientUnaryCall;
  pick(
    argument: _instgenie_balancer_v1_PickRequest,
    callback: grpc.requestCallback<_instgenie_balancer_v1_PickResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * How edits ended on their workers: who fails or is slow is left out for a while.
   */
  Report(
    argument: _instgenie_balancer_v1_ReportRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_balancer_v1_ReportResponse__Output>,
  ): grpc.ClientUnaryCall;
  Report(
    argument: _instgenie_balancer_v1_ReportRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_balancer_v1_ReportResponse__Output>,
  ): grpc.ClientUnaryCall;
  Report(
    argument: _instgenie_balancer_v1_ReportRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_balancer_v1_ReportResponse__Output>,
  ): grpc.ClientUnaryCall;
  Report(
    argument: _instgenie_balancer_v1_ReportRequest,
    callback: grpc.requestCallback<_instgenie_balancer_v1_ReportResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * How edits ended on their workers: who fails or is slow is left out for a while.
   */
  report(
    argument: _instgenie_balancer_v1_ReportRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_balancer_v1_ReportResponse__Output>,
  ): grpc.ClientUnaryCall;
  report(
    argument: _instgenie_balancer_v1_ReportRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_balancer_v1_ReportResponse__Output>,
  ): grpc.ClientUnaryCall;
  report(
    argument: _instgenie_balancer_v1_ReportRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_balancer_v1_ReportResponse__Output>,
  ): grpc.ClientUnaryCall;
  report(
    argument: _instgenie_balancer_v1_ReportRequest,
    callback: grpc.requestCallback<_instgenie_balancer_v1_ReportResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * All workers: at once, and whenever something changed, at most every 250 ms.
   */
  WatchFleet(
    argument: _instgenie_balancer_v1_WatchFleetRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_balancer_v1_WatchFleetResponse__Output>;
  WatchFleet(
    argument: _instgenie_balancer_v1_WatchFleetRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_balancer_v1_WatchFleetResponse__Output>;
  /**
   * All workers: at once, and whenever something changed, at most every 250 ms.
   */
  watchFleet(
    argument: _instgenie_balancer_v1_WatchFleetRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_balancer_v1_WatchFleetResponse__Output>;
  watchFleet(
    argument: _instgenie_balancer_v1_WatchFleetRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_balancer_v1_WatchFleetResponse__Output>;
}

/**
 * Chooses workers, and knows the fleet.
 */
export interface BalancerServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * The worker where an edit will be done first. A pick is a hint: the worker has the last word. RESOURCE_EXHAUSTED with a
   * time to retry where none can do it in time; UNAVAILABLE where none serves the model.
   */
  Pick: grpc.handleUnaryCall<_instgenie_balancer_v1_PickRequest__Output, _instgenie_balancer_v1_PickResponse>;

  /**
   * How edits ended on their workers: who fails or is slow is left out for a while.
   */
  Report: grpc.handleUnaryCall<_instgenie_balancer_v1_ReportRequest__Output, _instgenie_balancer_v1_ReportResponse>;

  /**
   * All workers: at once, and whenever something changed, at most every 250 ms.
   */
  WatchFleet: grpc.handleServerStreamingCall<
    _instgenie_balancer_v1_WatchFleetRequest__Output,
    _instgenie_balancer_v1_WatchFleetResponse
  >;
}

export interface BalancerServiceDefinition extends grpc.ServiceDefinition {
  Pick: MethodDefinition<
    _instgenie_balancer_v1_PickRequest,
    _instgenie_balancer_v1_PickResponse,
    _instgenie_balancer_v1_PickRequest__Output,
    _instgenie_balancer_v1_PickResponse__Output
  >;
  Report: MethodDefinition<
    _instgenie_balancer_v1_ReportRequest,
    _instgenie_balancer_v1_ReportResponse,
    _instgenie_balancer_v1_ReportRequest__Output,
    _instgenie_balancer_v1_ReportResponse__Output
  >;
  WatchFleet: MethodDefinition<
    _instgenie_balancer_v1_WatchFleetRequest,
    _instgenie_balancer_v1_WatchFleetResponse,
    _instgenie_balancer_v1_WatchFleetRequest__Output,
    _instgenie_balancer_v1_WatchFleetResponse__Output
  >;
}
