import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  CancelEditRequest as _instgenie_v1_CancelEditRequest,
  CancelEditRequest__Output as _instgenie_v1_CancelEditRequest__Output,
} from '../../instgenie/v1/CancelEditRequest.ts';
import type {
  CancelEditResponse as _instgenie_v1_CancelEditResponse,
  CancelEditResponse__Output as _instgenie_v1_CancelEditResponse__Output,
} from '../../instgenie/v1/CancelEditResponse.ts';
import type {
  EditRequest as _instgenie_v1_EditRequest,
  EditRequest__Output as _instgenie_v1_EditRequest__Output,
} from '../../instgenie/v1/EditRequest.ts';
import type {
  EditResponse as _instgenie_v1_EditResponse,
  EditResponse__Output as _instgenie_v1_EditResponse__Output,
} from '../../instgenie/v1/EditResponse.ts';
import type {
  StreamEditRequest as _instgenie_v1_StreamEditRequest,
  StreamEditRequest__Output as _instgenie_v1_StreamEditRequest__Output,
} from '../../instgenie/v1/StreamEditRequest.ts';
import type {
  StreamEditResponse as _instgenie_v1_StreamEditResponse,
  StreamEditResponse__Output as _instgenie_v1_StreamEditResponse__Output,
} from '../../instgenie/v1/StreamEditResponse.ts';

/**
 * Edits pictures.
 */
export interface EditServiceClient extends grpc.Client {
  /**
   * Ends an edit that runs, at its next step. NOT_FOUND where there is none of this name.
   */
  CancelEdit(
    argument: _instgenie_v1_CancelEditRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CancelEditResponse__Output>,
  ): grpc.ClientUnaryCall;
  CancelEdit(
    argument: _instgenie_v1_CancelEditRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_CancelEditResponse__Output>,
  ): grpc.ClientUnaryCall;
  CancelEdit(
    argument: _instgenie_v1_CancelEditRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CancelEditResponse__Output>,
  ): grpc.ClientUnaryCall;
  CancelEdit(
    argument: _instgenie_v1_CancelEditRequest,
    callback: grpc.requestCallback<_instgenie_v1_CancelEditResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * Ends an edit that runs, at its next step. NOT_FOUND where there is none of this name.
   */
  cancelEdit(
    argument: _instgenie_v1_CancelEditRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CancelEditResponse__Output>,
  ): grpc.ClientUnaryCall;
  cancelEdit(
    argument: _instgenie_v1_CancelEditRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_CancelEditResponse__Output>,
  ): grpc.ClientUnaryCall;
  cancelEdit(
    argument: _instgenie_v1_CancelEditRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CancelEditResponse__Output>,
  ): grpc.ClientUnaryCall;
  cancelEdit(
    argument: _instgenie_v1_CancelEditRequest,
    callback: grpc.requestCallback<_instgenie_v1_CancelEditResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * Edits a picture and answers with the result. A call with the same request_id gets the same answer for ten minutes,
   * and computes nothing again.
   */
  Edit(
    argument: _instgenie_v1_EditRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_EditResponse__Output>,
  ): grpc.ClientUnaryCall;
  Edit(
    argument: _instgenie_v1_EditRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_EditResponse__Output>,
  ): grpc.ClientUnaryCall;
  Edit(
    argument: _instgenie_v1_EditRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_EditResponse__Output>,
  ): grpc.ClientUnaryCall;
  Edit(
    argument: _instgenie_v1_EditRequest,
    callback: grpc.requestCallback<_instgenie_v1_EditResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * Edits a picture and answers with the result. A call with the same request_id gets the same answer for ten minutes,
   * and computes nothing again.
   */
  edit(
    argument: _instgenie_v1_EditRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_EditResponse__Output>,
  ): grpc.ClientUnaryCall;
  edit(
    argument: _instgenie_v1_EditRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_EditResponse__Output>,
  ): grpc.ClientUnaryCall;
  edit(
    argument: _instgenie_v1_EditRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_EditResponse__Output>,
  ): grpc.ClientUnaryCall;
  edit(
    argument: _instgenie_v1_EditRequest,
    callback: grpc.requestCallback<_instgenie_v1_EditResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * The same, and tells how it goes. A call with the same request_id joins the edit where it is.
   */
  StreamEdit(
    argument: _instgenie_v1_StreamEditRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_StreamEditResponse__Output>;
  StreamEdit(
    argument: _instgenie_v1_StreamEditRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_StreamEditResponse__Output>;
  /**
   * The same, and tells how it goes. A call with the same request_id joins the edit where it is.
   */
  streamEdit(
    argument: _instgenie_v1_StreamEditRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_StreamEditResponse__Output>;
  streamEdit(
    argument: _instgenie_v1_StreamEditRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_StreamEditResponse__Output>;
}

/**
 * Edits pictures.
 */
export interface EditServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Ends an edit that runs, at its next step. NOT_FOUND where there is none of this name.
   */
  CancelEdit: grpc.handleUnaryCall<_instgenie_v1_CancelEditRequest__Output, _instgenie_v1_CancelEditResponse>;

  /**
   * Edits a picture and answers with the result. A call with the same request_id gets the same answer for ten minutes,
   * and computes nothing again.
   */
  Edit: grpc.handleUnaryCall<_instgenie_v1_EditRequest__Output, _instgenie_v1_EditResponse>;

  /**
   * The same, and tells how it goes. A call with the same request_id joins the edit where it is.
   */
  StreamEdit: grpc.handleServerStreamingCall<_instgenie_v1_StreamEditRequest__Output, _instgenie_v1_StreamEditResponse>;
}

export interface EditServiceDefinition extends grpc.ServiceDefinition {
  CancelEdit: MethodDefinition<
    _instgenie_v1_CancelEditRequest,
    _instgenie_v1_CancelEditResponse,
    _instgenie_v1_CancelEditRequest__Output,
    _instgenie_v1_CancelEditResponse__Output
  >;
  Edit: MethodDefinition<
    _instgenie_v1_EditRequest,
    _instgenie_v1_EditResponse,
    _instgenie_v1_EditRequest__Output,
    _instgenie_v1_EditResponse__Output
  >;
  StreamEdit: MethodDefinition<
    _instgenie_v1_StreamEditRequest,
    _instgenie_v1_StreamEditResponse,
    _instgenie_v1_StreamEditRequest__Output,
    _instgenie_v1_StreamEditResponse__Output
  >;
}
