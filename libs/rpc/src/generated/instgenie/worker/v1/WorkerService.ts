import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  CancelRequest as _instgenie_worker_v1_CancelRequest,
  CancelRequest__Output as _instgenie_worker_v1_CancelRequest__Output,
} from '../../../instgenie/worker/v1/CancelRequest.ts';
import type {
  CancelResponse as _instgenie_worker_v1_CancelResponse,
  CancelResponse__Output as _instgenie_worker_v1_CancelResponse__Output,
} from '../../../instgenie/worker/v1/CancelResponse.ts';
import type {
  CordonRequest as _instgenie_worker_v1_CordonRequest,
  CordonRequest__Output as _instgenie_worker_v1_CordonRequest__Output,
} from '../../../instgenie/worker/v1/CordonRequest.ts';
import type {
  CordonResponse as _instgenie_worker_v1_CordonResponse,
  CordonResponse__Output as _instgenie_worker_v1_CordonResponse__Output,
} from '../../../instgenie/worker/v1/CordonResponse.ts';
import type {
  DrainRequest as _instgenie_worker_v1_DrainRequest,
  DrainRequest__Output as _instgenie_worker_v1_DrainRequest__Output,
} from '../../../instgenie/worker/v1/DrainRequest.ts';
import type {
  DrainResponse as _instgenie_worker_v1_DrainResponse,
  DrainResponse__Output as _instgenie_worker_v1_DrainResponse__Output,
} from '../../../instgenie/worker/v1/DrainResponse.ts';
import type {
  EditRequest as _instgenie_worker_v1_EditRequest,
  EditRequest__Output as _instgenie_worker_v1_EditRequest__Output,
} from '../../../instgenie/worker/v1/EditRequest.ts';
import type {
  EditResponse as _instgenie_worker_v1_EditResponse,
  EditResponse__Output as _instgenie_worker_v1_EditResponse__Output,
} from '../../../instgenie/worker/v1/EditResponse.ts';
import type {
  PrimeRequest as _instgenie_worker_v1_PrimeRequest,
  PrimeRequest__Output as _instgenie_worker_v1_PrimeRequest__Output,
} from '../../../instgenie/worker/v1/PrimeRequest.ts';
import type {
  PrimeResponse as _instgenie_worker_v1_PrimeResponse,
  PrimeResponse__Output as _instgenie_worker_v1_PrimeResponse__Output,
} from '../../../instgenie/worker/v1/PrimeResponse.ts';
import type {
  WatchLoadRequest as _instgenie_worker_v1_WatchLoadRequest,
  WatchLoadRequest__Output as _instgenie_worker_v1_WatchLoadRequest__Output,
} from '../../../instgenie/worker/v1/WatchLoadRequest.ts';
import type {
  WatchLoadResponse as _instgenie_worker_v1_WatchLoadResponse,
  WatchLoadResponse__Output as _instgenie_worker_v1_WatchLoadResponse__Output,
} from '../../../instgenie/worker/v1/WatchLoadResponse.ts';

/**
 * Runs edits on one device.
 */
export interface WorkerServiceClient extends grpc.Client {
  /**
   * Ends an edit after the step that runs, or at once if none does, and drops a result that is kept (`orphan_ms`).
   * NOT_FOUND where the tenant has neither here.
   */
  Cancel(
    argument: _instgenie_worker_v1_CancelRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_CancelResponse__Output>,
  ): grpc.ClientUnaryCall;
  Cancel(
    argument: _instgenie_worker_v1_CancelRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_worker_v1_CancelResponse__Output>,
  ): grpc.ClientUnaryCall;
  Cancel(
    argument: _instgenie_worker_v1_CancelRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_CancelResponse__Output>,
  ): grpc.ClientUnaryCall;
  Cancel(
    argument: _instgenie_worker_v1_CancelRequest,
    callback: grpc.requestCallback<_instgenie_worker_v1_CancelResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * Ends an edit after the step that runs, or at once if none does, and drops a result that is kept (`orphan_ms`).
   * NOT_FOUND where the tenant has neither here.
   */
  cancel(
    argument: _instgenie_worker_v1_CancelRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_CancelResponse__Output>,
  ): grpc.ClientUnaryCall;
  cancel(
    argument: _instgenie_worker_v1_CancelRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_worker_v1_CancelResponse__Output>,
  ): grpc.ClientUnaryCall;
  cancel(
    argument: _instgenie_worker_v1_CancelRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_CancelResponse__Output>,
  ): grpc.ClientUnaryCall;
  cancel(
    argument: _instgenie_worker_v1_CancelRequest,
    callback: grpc.requestCallback<_instgenie_worker_v1_CancelResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * Is left out of picks until it is said again, also after restarts; whoever is sent here all the same is served, and so
   * are peers.
   */
  Cordon(
    argument: _instgenie_worker_v1_CordonRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_CordonResponse__Output>,
  ): grpc.ClientUnaryCall;
  Cordon(
    argument: _instgenie_worker_v1_CordonRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_worker_v1_CordonResponse__Output>,
  ): grpc.ClientUnaryCall;
  Cordon(
    argument: _instgenie_worker_v1_CordonRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_CordonResponse__Output>,
  ): grpc.ClientUnaryCall;
  Cordon(
    argument: _instgenie_worker_v1_CordonRequest,
    callback: grpc.requestCallback<_instgenie_worker_v1_CordonResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * Is left out of picks until it is said again, also after restarts; whoever is sent here all the same is served, and so
   * are peers.
   */
  cordon(
    argument: _instgenie_worker_v1_CordonRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_CordonResponse__Output>,
  ): grpc.ClientUnaryCall;
  cordon(
    argument: _instgenie_worker_v1_CordonRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_worker_v1_CordonResponse__Output>,
  ): grpc.ClientUnaryCall;
  cordon(
    argument: _instgenie_worker_v1_CordonRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_CordonResponse__Output>,
  ): grpc.ClientUnaryCall;
  cordon(
    argument: _instgenie_worker_v1_CordonRequest,
    callback: grpc.requestCallback<_instgenie_worker_v1_CordonResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * Takes no new edits from now on; those that are here end, or leave with a checkpoint. Cannot be taken back.
   */
  Drain(
    argument: _instgenie_worker_v1_DrainRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_DrainResponse__Output>,
  ): grpc.ClientUnaryCall;
  Drain(
    argument: _instgenie_worker_v1_DrainRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_worker_v1_DrainResponse__Output>,
  ): grpc.ClientUnaryCall;
  Drain(
    argument: _instgenie_worker_v1_DrainRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_DrainResponse__Output>,
  ): grpc.ClientUnaryCall;
  Drain(
    argument: _instgenie_worker_v1_DrainRequest,
    callback: grpc.requestCallback<_instgenie_worker_v1_DrainResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * Takes no new edits from now on; those that are here end, or leave with a checkpoint. Cannot be taken back.
   */
  drain(
    argument: _instgenie_worker_v1_DrainRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_DrainResponse__Output>,
  ): grpc.ClientUnaryCall;
  drain(
    argument: _instgenie_worker_v1_DrainRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_worker_v1_DrainResponse__Output>,
  ): grpc.ClientUnaryCall;
  drain(
    argument: _instgenie_worker_v1_DrainRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_worker_v1_DrainResponse__Output>,
  ): grpc.ClientUnaryCall;
  drain(
    argument: _instgenie_worker_v1_DrainRequest,
    callback: grpc.requestCallback<_instgenie_worker_v1_DrainResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * Runs an edit and tells how it goes. The call's deadline is the edit's: it is not begun when it cannot be met, and
   * dropped when it has passed. The last message of a call that ends well is the result. RESOURCE_EXHAUSTED at once where
   * there is no room or too little time; UNAVAILABLE where the worker is leaving: the edit goes on elsewhere from its last
   * checkpoint. A call that asks for the same edit under the same name as one that may be joined (`orphan_ms` above 0)
   * joins it: it hears what happens from then on, and the result.
   */
  Edit(
    argument: _instgenie_worker_v1_EditRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_EditResponse__Output>;
  Edit(
    argument: _instgenie_worker_v1_EditRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_EditResponse__Output>;
  /**
   * Runs an edit and tells how it goes. The call's deadline is the edit's: it is not begun when it cannot be met, and
   * dropped when it has passed. The last message of a call that ends well is the result. RESOURCE_EXHAUSTED at once where
   * there is no room or too little time; UNAVAILABLE where the worker is leaving: the edit goes on elsewhere from its last
   * checkpoint. A call that asks for the same edit under the same name as one that may be joined (`orphan_ms` above 0)
   * joins it: it hears what happens from then on, and the result.
   */
  edit(
    argument: _instgenie_worker_v1_EditRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_EditResponse__Output>;
  edit(
    argument: _instgenie_worker_v1_EditRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_EditResponse__Output>;

  /**
   * Computes and keeps what edits need of a template, where nothing more urgent runs. Ends when it is kept; a variant that
   * is kept already is not computed again.
   */
  Prime(
    argument: _instgenie_worker_v1_PrimeRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_PrimeResponse__Output>;
  Prime(
    argument: _instgenie_worker_v1_PrimeRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_PrimeResponse__Output>;
  /**
   * Computes and keeps what edits need of a template, where nothing more urgent runs. Ends when it is kept; a variant that
   * is kept already is not computed again.
   */
  prime(
    argument: _instgenie_worker_v1_PrimeRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_PrimeResponse__Output>;
  prime(
    argument: _instgenie_worker_v1_PrimeRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_PrimeResponse__Output>;

  /**
   * What the worker has to do, holds and expects, now and then every half second or less.
   */
  WatchLoad(
    argument: _instgenie_worker_v1_WatchLoadRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_WatchLoadResponse__Output>;
  WatchLoad(
    argument: _instgenie_worker_v1_WatchLoadRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_WatchLoadResponse__Output>;
  /**
   * What the worker has to do, holds and expects, now and then every half second or less.
   */
  watchLoad(
    argument: _instgenie_worker_v1_WatchLoadRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_WatchLoadResponse__Output>;
  watchLoad(
    argument: _instgenie_worker_v1_WatchLoadRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_worker_v1_WatchLoadResponse__Output>;
}

/**
 * Runs edits on one device.
 */
export interface WorkerServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Ends an edit after the step that runs, or at once if none does, and drops a result that is kept (`orphan_ms`).
   * NOT_FOUND where the tenant has neither here.
   */
  Cancel: grpc.handleUnaryCall<_instgenie_worker_v1_CancelRequest__Output, _instgenie_worker_v1_CancelResponse>;

  /**
   * Is left out of picks until it is said again, also after restarts; whoever is sent here all the same is served, and so
   * are peers.
   */
  Cordon: grpc.handleUnaryCall<_instgenie_worker_v1_CordonRequest__Output, _instgenie_worker_v1_CordonResponse>;

  /**
   * Takes no new edits from now on; those that are here end, or leave with a checkpoint. Cannot be taken back.
   */
  Drain: grpc.handleUnaryCall<_instgenie_worker_v1_DrainRequest__Output, _instgenie_worker_v1_DrainResponse>;

  /**
   * Runs an edit and tells how it goes. The call's deadline is the edit's: it is not begun when it cannot be met, and
   * dropped when it has passed. The last message of a call that ends well is the result. RESOURCE_EXHAUSTED at once where
   * there is no room or too little time; UNAVAILABLE where the worker is leaving: the edit goes on elsewhere from its last
   * checkpoint. A call that asks for the same edit under the same name as one that may be joined (`orphan_ms` above 0)
   * joins it: it hears what happens from then on, and the result.
   */
  Edit: grpc.handleServerStreamingCall<_instgenie_worker_v1_EditRequest__Output, _instgenie_worker_v1_EditResponse>;

  /**
   * Computes and keeps what edits need of a template, where nothing more urgent runs. Ends when it is kept; a variant that
   * is kept already is not computed again.
   */
  Prime: grpc.handleServerStreamingCall<_instgenie_worker_v1_PrimeRequest__Output, _instgenie_worker_v1_PrimeResponse>;

  /**
   * What the worker has to do, holds and expects, now and then every half second or less.
   */
  WatchLoad: grpc.handleServerStreamingCall<
    _instgenie_worker_v1_WatchLoadRequest__Output,
    _instgenie_worker_v1_WatchLoadResponse
  >;
}

export interface WorkerServiceDefinition extends grpc.ServiceDefinition {
  Cancel: MethodDefinition<
    _instgenie_worker_v1_CancelRequest,
    _instgenie_worker_v1_CancelResponse,
    _instgenie_worker_v1_CancelRequest__Output,
    _instgenie_worker_v1_CancelResponse__Output
  >;
  Cordon: MethodDefinition<
    _instgenie_worker_v1_CordonRequest,
    _instgenie_worker_v1_CordonResponse,
    _instgenie_worker_v1_CordonRequest__Output,
    _instgenie_worker_v1_CordonResponse__Output
  >;
  Drain: MethodDefinition<
    _instgenie_worker_v1_DrainRequest,
    _instgenie_worker_v1_DrainResponse,
    _instgenie_worker_v1_DrainRequest__Output,
    _instgenie_worker_v1_DrainResponse__Output
  >;
  Edit: MethodDefinition<
    _instgenie_worker_v1_EditRequest,
    _instgenie_worker_v1_EditResponse,
    _instgenie_worker_v1_EditRequest__Output,
    _instgenie_worker_v1_EditResponse__Output
  >;
  Prime: MethodDefinition<
    _instgenie_worker_v1_PrimeRequest,
    _instgenie_worker_v1_PrimeResponse,
    _instgenie_worker_v1_PrimeRequest__Output,
    _instgenie_worker_v1_PrimeResponse__Output
  >;
  WatchLoad: MethodDefinition<
    _instgenie_worker_v1_WatchLoadRequest,
    _instgenie_worker_v1_WatchLoadResponse,
    _instgenie_worker_v1_WatchLoadRequest__Output,
    _instgenie_worker_v1_WatchLoadResponse__Output
  >;
}
