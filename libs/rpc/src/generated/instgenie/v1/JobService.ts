import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  CancelJobRequest as _instgenie_v1_CancelJobRequest,
  CancelJobRequest__Output as _instgenie_v1_CancelJobRequest__Output,
} from '../../instgenie/v1/CancelJobRequest.ts';
import type {
  CancelJobResponse as _instgenie_v1_CancelJobResponse,
  CancelJobResponse__Output as _instgenie_v1_CancelJobResponse__Output,
} from '../../instgenie/v1/CancelJobResponse.ts';
import type {
  GetJobRequest as _instgenie_v1_GetJobRequest,
  GetJobRequest__Output as _instgenie_v1_GetJobRequest__Output,
} from '../../instgenie/v1/GetJobRequest.ts';
import type {
  GetJobResponse as _instgenie_v1_GetJobResponse,
  GetJobResponse__Output as _instgenie_v1_GetJobResponse__Output,
} from '../../instgenie/v1/GetJobResponse.ts';
import type {
  ListJobsRequest as _instgenie_v1_ListJobsRequest,
  ListJobsRequest__Output as _instgenie_v1_ListJobsRequest__Output,
} from '../../instgenie/v1/ListJobsRequest.ts';
import type {
  ListJobsResponse as _instgenie_v1_ListJobsResponse,
  ListJobsResponse__Output as _instgenie_v1_ListJobsResponse__Output,
} from '../../instgenie/v1/ListJobsResponse.ts';
import type {
  ReadJobResultRequest as _instgenie_v1_ReadJobResultRequest,
  ReadJobResultRequest__Output as _instgenie_v1_ReadJobResultRequest__Output,
} from '../../instgenie/v1/ReadJobResultRequest.ts';
import type {
  ReadJobResultResponse as _instgenie_v1_ReadJobResultResponse,
  ReadJobResultResponse__Output as _instgenie_v1_ReadJobResultResponse__Output,
} from '../../instgenie/v1/ReadJobResultResponse.ts';
import type {
  SubmitJobRequest as _instgenie_v1_SubmitJobRequest,
  SubmitJobRequest__Output as _instgenie_v1_SubmitJobRequest__Output,
} from '../../instgenie/v1/SubmitJobRequest.ts';
import type {
  SubmitJobResponse as _instgenie_v1_SubmitJobResponse,
  SubmitJobResponse__Output as _instgenie_v1_SubmitJobResponse__Output,
} from '../../instgenie/v1/SubmitJobResponse.ts';
import type {
  WatchJobRequest as _instgenie_v1_WatchJobRequest,
  WatchJobRequest__Output as _instgenie_v1_WatchJobRequest__Output,
} from '../../instgenie/v1/WatchJobRequest.ts';
import type {
  WatchJobResponse as _instgenie_v1_WatchJobResponse,
  WatchJobResponse__Output as _instgenie_v1_WatchJobResponse__Output,
} from '../../instgenie/v1/WatchJobResponse.ts';

/**
 * Runs edits in the background.
 */
export interface JobServiceClient extends grpc.Client {
  /**
   * Ends a job; edits of it that run end at their next step. Results that are there stay.
   */
  CancelJob(
    argument: _instgenie_v1_CancelJobRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CancelJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  CancelJob(
    argument: _instgenie_v1_CancelJobRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_CancelJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  CancelJob(
    argument: _instgenie_v1_CancelJobRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CancelJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  CancelJob(
    argument: _instgenie_v1_CancelJobRequest,
    callback: grpc.requestCallback<_instgenie_v1_CancelJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * Ends a job; edits of it that run end at their next step. Results that are there stay.
   */
  cancelJob(
    argument: _instgenie_v1_CancelJobRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CancelJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  cancelJob(
    argument: _instgenie_v1_CancelJobRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_CancelJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  cancelJob(
    argument: _instgenie_v1_CancelJobRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CancelJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  cancelJob(
    argument: _instgenie_v1_CancelJobRequest,
    callback: grpc.requestCallback<_instgenie_v1_CancelJobResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * A job as it is now.
   */
  GetJob(
    argument: _instgenie_v1_GetJobRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GetJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  GetJob(
    argument: _instgenie_v1_GetJobRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_GetJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  GetJob(
    argument: _instgenie_v1_GetJobRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GetJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  GetJob(
    argument: _instgenie_v1_GetJobRequest,
    callback: grpc.requestCallback<_instgenie_v1_GetJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * A job as it is now.
   */
  getJob(
    argument: _instgenie_v1_GetJobRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GetJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  getJob(
    argument: _instgenie_v1_GetJobRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_GetJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  getJob(
    argument: _instgenie_v1_GetJobRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GetJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  getJob(
    argument: _instgenie_v1_GetJobRequest,
    callback: grpc.requestCallback<_instgenie_v1_GetJobResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * The tenant's jobs, the newest first.
   */
  ListJobs(
    argument: _instgenie_v1_ListJobsRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListJobsResponse__Output>,
  ): grpc.ClientUnaryCall;
  ListJobs(
    argument: _instgenie_v1_ListJobsRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_ListJobsResponse__Output>,
  ): grpc.ClientUnaryCall;
  ListJobs(
    argument: _instgenie_v1_ListJobsRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListJobsResponse__Output>,
  ): grpc.ClientUnaryCall;
  ListJobs(
    argument: _instgenie_v1_ListJobsRequest,
    callback: grpc.requestCallback<_instgenie_v1_ListJobsResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * The tenant's jobs, the newest first.
   */
  listJobs(
    argument: _instgenie_v1_ListJobsRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListJobsResponse__Output>,
  ): grpc.ClientUnaryCall;
  listJobs(
    argument: _instgenie_v1_ListJobsRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_ListJobsResponse__Output>,
  ): grpc.ClientUnaryCall;
  listJobs(
    argument: _instgenie_v1_ListJobsRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListJobsResponse__Output>,
  ): grpc.ClientUnaryCall;
  listJobs(
    argument: _instgenie_v1_ListJobsRequest,
    callback: grpc.requestCallback<_instgenie_v1_ListJobsResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * The file of a result, in pieces.
   */
  ReadJobResult(
    argument: _instgenie_v1_ReadJobResultRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_ReadJobResultResponse__Output>;
  ReadJobResult(
    argument: _instgenie_v1_ReadJobResultRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_ReadJobResultResponse__Output>;
  /**
   * The file of a result, in pieces.
   */
  readJobResult(
    argument: _instgenie_v1_ReadJobResultRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_ReadJobResultResponse__Output>;
  readJobResult(
    argument: _instgenie_v1_ReadJobResultRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_ReadJobResultResponse__Output>;

  /**
   * Takes one edit or many. Ends once the job is kept. The same request_id is the same job for a day.
   */
  SubmitJob(
    argument: _instgenie_v1_SubmitJobRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_SubmitJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  SubmitJob(
    argument: _instgenie_v1_SubmitJobRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_SubmitJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  SubmitJob(
    argument: _instgenie_v1_SubmitJobRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_SubmitJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  SubmitJob(
    argument: _instgenie_v1_SubmitJobRequest,
    callback: grpc.requestCallback<_instgenie_v1_SubmitJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * Takes one edit or many. Ends once the job is kept. The same request_id is the same job for a day.
   */
  submitJob(
    argument: _instgenie_v1_SubmitJobRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_SubmitJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  submitJob(
    argument: _instgenie_v1_SubmitJobRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_SubmitJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  submitJob(
    argument: _instgenie_v1_SubmitJobRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_SubmitJobResponse__Output>,
  ): grpc.ClientUnaryCall;
  submitJob(
    argument: _instgenie_v1_SubmitJobRequest,
    callback: grpc.requestCallback<_instgenie_v1_SubmitJobResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * A job each time it changes, until it has ended.
   */
  WatchJob(
    argument: _instgenie_v1_WatchJobRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_WatchJobResponse__Output>;
  WatchJob(
    argument: _instgenie_v1_WatchJobRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_WatchJobResponse__Output>;
  /**
   * A job each time it changes, until it has ended.
   */
  watchJob(
    argument: _instgenie_v1_WatchJobRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_WatchJobResponse__Output>;
  watchJob(
    argument: _instgenie_v1_WatchJobRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_WatchJobResponse__Output>;
}

/**
 * Runs edits in the background.
 */
export interface JobServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Ends a job; edits of it that run end at their next step. Results that are there stay.
   */
  CancelJob: grpc.handleUnaryCall<_instgenie_v1_CancelJobRequest__Output, _instgenie_v1_CancelJobResponse>;

  /**
   * A job as it is now.
   */
  GetJob: grpc.handleUnaryCall<_instgenie_v1_GetJobRequest__Output, _instgenie_v1_GetJobResponse>;

  /**
   * The tenant's jobs, the newest first.
   */
  ListJobs: grpc.handleUnaryCall<_instgenie_v1_ListJobsRequest__Output, _instgenie_v1_ListJobsResponse>;

  /**
   * The file of a result, in pieces.
   */
  ReadJobResult: grpc.handleServerStreamingCall<
    _instgenie_v1_ReadJobResultRequest__Output,
    _instgenie_v1_ReadJobResultResponse
  >;

  /**
   * Takes one edit or many. Ends once the job is kept. The same request_id is the same job for a day.
   */
  SubmitJob: grpc.handleUnaryCall<_instgenie_v1_SubmitJobRequest__Output, _instgenie_v1_SubmitJobResponse>;

  /**
   * A job each time it changes, until it has ended.
   */
  WatchJob: grpc.handleServerStreamingCall<_instgenie_v1_WatchJobRequest__Output, _instgenie_v1_WatchJobResponse>;
}

export interface JobServiceDefinition extends grpc.ServiceDefinition {
  CancelJob: MethodDefinition<
    _instgenie_v1_CancelJobRequest,
    _instgenie_v1_CancelJobResponse,
    _instgenie_v1_CancelJobRequest__Output,
    _instgenie_v1_CancelJobResponse__Output
  >;
  GetJob: MethodDefinition<
    _instgenie_v1_GetJobRequest,
    _instgenie_v1_GetJobResponse,
    _instgenie_v1_GetJobRequest__Output,
    _instgenie_v1_GetJobResponse__Output
  >;
  ListJobs: MethodDefinition<
    _instgenie_v1_ListJobsRequest,
    _instgenie_v1_ListJobsResponse,
    _instgenie_v1_ListJobsRequest__Output,
    _instgenie_v1_ListJobsResponse__Output
  >;
  ReadJobResult: MethodDefinition<
    _instgenie_v1_ReadJobResultRequest,
    _instgenie_v1_ReadJobResultResponse,
    _instgenie_v1_ReadJobResultRequest__Output,
    _instgenie_v1_ReadJobResultResponse__Output
  >;
  SubmitJob: MethodDefinition<
    _instgenie_v1_SubmitJobRequest,
    _instgenie_v1_SubmitJobResponse,
    _instgenie_v1_SubmitJobRequest__Output,
    _instgenie_v1_SubmitJobResponse__Output
  >;
  WatchJob: MethodDefinition<
    _instgenie_v1_WatchJobRequest,
    _instgenie_v1_WatchJobResponse,
    _instgenie_v1_WatchJobRequest__Output,
    _instgenie_v1_WatchJobResponse__Output
  >;
}
