import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  ListModelsRequest as _instgenie_v1_ListModelsRequest,
  ListModelsRequest__Output as _instgenie_v1_ListModelsRequest__Output,
} from '../../instgenie/v1/ListModelsRequest.ts';
import type {
  ListModelsResponse as _instgenie_v1_ListModelsResponse,
  ListModelsResponse__Output as _instgenie_v1_ListModelsResponse__Output,
} from '../../instgenie/v1/ListModelsResponse.ts';

/**
 * Says which models there are.
 */
export interface ModelServiceClient extends grpc.Client {
  /**
   * All models that a worker has, by name.
   */
  ListModels(
    argument: _instgenie_v1_ListModelsRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListModelsResponse__Output>,
  ): grpc.ClientUnaryCall;
  ListModels(
    argument: _instgenie_v1_ListModelsRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_ListModelsResponse__Output>,
  ): grpc.ClientUnaryCall;
  ListModels(
    argument: _instgenie_v1_ListModelsRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListModelsResponse__Output>,
  ): grpc.ClientUnaryCall;
  ListModels(
    argument: _instgenie_v1_ListModelsRequest,
    callback: grpc.requestCallback<_instgenie_v1_ListModelsResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * All models that a worker has, by name.
   */
  listModels(
    argument: _instgenie_v1_ListModelsRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListModelsResponse__Output>,
  ): grpc.ClientUnaryCall;
  listModels(
    argument: _instgenie_v1_ListModelsRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_ListModelsResponse__Output>,
  ): grpc.ClientUnaryCall;
  listModels(
    argument: _instgenie_v1_ListModelsRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListModelsResponse__Output>,
  ): grpc.ClientUnaryCall;
  listModels(
    argument: _instgenie_v1_ListModelsRequest,
    callback: grpc.requestCallback<_instgenie_v1_ListModelsResponse__Output>,
  ): grpc.ClientUnaryCall;
}

/**
 * Says which models there are.
 */
export interface ModelServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * All models that a worker has, by name.
   */
  ListModels: grpc.handleUnaryCall<_instgenie_v1_ListModelsRequest__Output, _instgenie_v1_ListModelsResponse>;
}

export interface ModelServiceDefinition extends grpc.ServiceDefinition {
  ListModels: MethodDefinition<
    _instgenie_v1_ListModelsRequest,
    _instgenie_v1_ListModelsResponse,
    _instgenie_v1_ListModelsRequest__Output,
    _instgenie_v1_ListModelsResponse__Output
  >;
}
