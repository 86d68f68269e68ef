import type { ChunkServiceDefinition } from './generated/instgenie/worker/v1/ChunkService.ts';
import { loadService } from './proto.ts';

export function chunkServiceDefinition(): ChunkServiceDefinition {
  const name = 'instgenie.worker.v1.ChunkService';
  return loadService({ file: 'instgenie/worker/v1/chunks.proto', name }) as ChunkServiceDefinition;
}
