export { chunkServiceDefinition } from './chunk-service.ts';
export { type CallOptions, type ConnectOptions, connect, type RpcClient } from './connect.ts';
export type { ChunkPosition, ChunkPosition__Output } from './generated/instgenie/worker/v1/ChunkPosition.ts';
export type { ChunkServiceDefinition } from './generated/instgenie/worker/v1/ChunkService.ts';
export type {
  ReadChunksRequest,
  ReadChunksRequest__Output,
} from './generated/instgenie/worker/v1/ReadChunksRequest.ts';
export type {
  ReadChunksResponse,
  ReadChunksResponse__Output,
} from './generated/instgenie/worker/v1/ReadChunksResponse.ts';
export type { VariantManifest, VariantManifest__Output } from './generated/instgenie/worker/v1/VariantManifest.ts';
export { RetryError } from './retry-error.ts';
export { type RpcServer, type ServeOptions, serve } from './serve.ts';
export { type ServerLimits, serverLimits } from './server-limits.ts';
export {
  type CallContext,
  implement,
  type MethodHandler,
  type ParentCall,
  type RpcService,
  type ServiceHandlers,
  serverStreaming,
  unary,
} from './service.ts';
export { readTls, type TlsFiles, type TlsKeys } from './tls.ts';
