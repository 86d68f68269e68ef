import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  GetVariantRequest as _instgenie_worker_v1_GetVariantRequest,
  GetVariantRequest__Output as _instgenie_worker_v1_GetVariantRequest__Output,
} from '../../../instgenie/worker/v1/GetVariantRequest.ts';
import type {
  GetVariantResponse as _instgenie_worker_v1_GetVariantResponse,
  GetVariantResponse__Output as _instgenie_worker_v1_GetVariantResponse__Output,
} from '../../../instgenie/worker/v1/GetVariantResponse.ts';
import type {
  ReadChunksRequest as _instgenie_worker_v1_ReadChunksRequest,
  ReadChunksRequest__Output as _instgenie_worker_v1_ReadChunksRequest__Output,
} from '../../../instgenie/worker/v1/ReadChunksRequest.ts';
import type {
  ReadChunksResponse as _instgenie_worker_v1_ReadChunksResponse,
  ReadChunksResponse__Output as _instgenie_worker_v1_ReadChunksResponse__Output,
} from '../../../instgenie/worker/v1/ReadChunksResponse.ts';

/**
 * Lends the activations that a worker holds to other workers.
 */
export interface ChunkServiceClient extends grpc.Client {
  /**
   * What is held of a variant. NOT_FOUND where nothing is.
   */
  GetVariant(
    argument: _instgenie_worker_v1_GetVariantRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_GetVariantResponse__Output>,
  ): grpc.ClientUnaryCall;
  GetVariant(
    argument: _instgenie_worker_v1_GetVariantRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_worker_v1_GetVariantResponse__Output>,
  ): grpc.ClientUnaryCall;
  GetVariant(
    argument: _instgenie_worker_v1_GetVariantRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_GetVariantResponse__Output>,
  ): grpc.ClientUnaryCall;
  GetVariant(
    argument: _instgenie_worker_v1_GetVariantRequest,
    callback: grpc.requestCallback<_instgenie_worker_v1_GetVariantResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * What is held of a variant. NOT_FOUND where nothing is.
   */
  getVariant(
    argument: _instgenie_worker_v1_GetVariantRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_GetVariantResponse__Output>,
  ): grpc.ClientUnaryCall;
  getVariant(
    argument: _instgenie_worker_v1_GetVariantRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_worker_v1_GetVariantResponse__Output>,
  ): grpc.ClientUnaryCall;
  getVariant(
    argument: _instgenie_worker_v1_GetVariantRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_GetVariantResponse__Output>,
  ): grpc.ClientUnaryCall;
  getVariant(
    argument: _instgenie_worker_v1_GetVariantRequest,
    callback: grpc.requestCallback<_instgenie_worker_v1_GetVariantResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * Bytes of chunks, chunk after chunk in the order they were asked for, each from its first byte to its last. Sent only
   * as fast as they are taken. NOT_FOUND where the variant is not held in that generation, or no longer.
   */
  ReadChunks(
    argument: _instgenie_worker_v1_ReadChunksRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_ReadChunksResponse__Output>;
  ReadChunks(
    argument: _instgenie_worker_v1_ReadChunksRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_ReadChunksResponse__Output>;
  /**
   * Bytes of chunks, chunk after chunk in the order they were asked for, each from its first byte to its last. Sent only
   * as fast as they are taken. NOT_FOUND where the variant is not held in that generation, or no longer.
   */
  readChunks(
    argument: _instgenie_worker_v1_ReadChunksRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_ReadChunksResponse__Output>;
  readChunks(
    argument: _instgenie_worker_v1_ReadChunksRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_ReadChunksResponse__Output>;
}

/**
 * Lends the activations that a worker holds to other workers.
 */
export interface ChunkServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * What is held of a variant. NOT_FOUND where nothing is.
   */
  GetVariant: grpc.handleUnaryCall<
    _instgenie_worker_v1_GetVariantRequest__Output,
    _instgenie_worker_v1_GetVariantResponse
  >;

  /**
   * Bytes of chunks, chunk after chunk in the order they were asked for, each from its first byte to its last. Sent only
   * as fast as they are taken. NOT_FOUND where the variant is not held in that generation, or no longer.
   */
  ReadChunks: grpc.handleServerStreamingCall<
    _instgenie_worker_v1_ReadChunksRequest__Output,
    _instgenie_worker_v1_ReadChunksResponse
  >;
}

export interface ChunkServiceDefinition extends grpc.ServiceDefinition {
  GetVariant: MethodDefinition<
    _instgenie_worker_v1_GetVariantRequest,
    _instgenie_worker_v1_GetVariantResponse,
    _instgenie_worker_v1_GetVariantRequest__Output,
    _instgenie_worker_v1_GetVariantResponse__Output
  >;
  ReadChunks: MethodDefinition<
    _instgenie_worker_v1_ReadChunksRequest,
    _instgenie_worker_v1_ReadChunksResponse,
    _instgenie_worker_v1_ReadChunksRequest__Output,
    _instgenie_worker_v1_ReadChunksResponse__Output
  >;
}
