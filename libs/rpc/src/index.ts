export type * as balancer from './balancer-messages.ts';
export { type CallOptions, type ConnectOptions, connect, type RpcClient } from './connect.ts';
export type { BalancerServiceDefinition } from './generated/instgenie/balancer/v1/BalancerService.ts';
export type { EditServiceDefinition } from './generated/instgenie/v1/EditService.ts';
export type { JobServiceDefinition } from './generated/instgenie/v1/JobService.ts';
export type { ModelServiceDefinition } from './generated/instgenie/v1/ModelService.ts';
export type { TemplateServiceDefinition } from './generated/instgenie/v1/TemplateService.ts';
export type { ChunkPosition, ChunkPosition__Output } from './generated/instgenie/worker/v1/ChunkPosition.ts';
export type { ChunkServiceDefinition } from './generated/instgenie/worker/v1/ChunkService.ts';
export type {
  EditRequest,
  EditRequest__Output,
} from './generated/instgenie/worker/v1/EditRequest.ts';
export type { EditResponse, EditResponse__Output } from './generated/instgenie/worker/v1/EditResponse.ts';
export type { EditResult } from './generated/instgenie/worker/v1/EditResult.ts';
export type { MaskMode__Output } from './generated/instgenie/worker/v1/MaskMode.ts';
export type { PictureFormat__Output } from './generated/instgenie/worker/v1/PictureFormat.ts';
export type { PrimeRequest__Output } from './generated/instgenie/worker/v1/PrimeRequest.ts';
export type { Priority__Output } from './generated/instgenie/worker/v1/Priority.ts';
export type {
  ReadChunksRequest,
  ReadChunksRequest__Output,
} from './generated/instgenie/worker/v1/ReadChunksRequest.ts';
export type {
  ReadChunksResponse,
  ReadChunksResponse__Output,
} from './generated/instgenie/worker/v1/ReadChunksResponse.ts';
export type { TemplateSource__Output } from './generated/instgenie/worker/v1/TemplateSource.ts';
export type { VariantManifest, VariantManifest__Output } from './generated/instgenie/worker/v1/VariantManifest.ts';
export type {
  WatchLoadResponse,
  WatchLoadResponse__Output,
} from './generated/instgenie/worker/v1/WatchLoadResponse.ts';
export type { WorkerServiceDefinition } from './generated/instgenie/worker/v1/WorkerService.ts';
export { type Health, healthService } from './health.ts';
export type * as v1 from './public-messages.ts';
export { reflectionServices } from './reflection.ts';
export { RetryError } from './retry-error.ts';
export { type RpcServer, type ServeOptions, serve } from './serve.ts';
export { type ServerLimits, serverLimits } from './server-limits.ts';
export {
  type CallContext,
  clientStreaming,
  implement,
  type MethodHandler,
  type ParentCall,
  type RpcService,
  type ServiceHandlers,
  serverStreaming,
  unary,
} from './service.ts';
export {
  balancerServiceDefinition,
  chunkServiceDefinition,
  editServiceDefinition,
  jobServiceDefinition,
  modelServiceDefinition,
  publicProtos,
  templateServiceDefinition,
  workerServiceDefinition,
} from './services.ts';
export { readTls, serverTls, type TlsFiles, type TlsKeys } from './tls.ts';
