import type {
  ChunkPosition as _instgenie_worker_v1_ChunkPosition,
  ChunkPosition__Output as _instgenie_worker_v1_ChunkPosition__Output,
} from '../../../instgenie/worker/v1/ChunkPosition.ts';

/**
 * What is asked of ReadChunks.
 */
export interface ReadChunksRequest {
  /**
   * The variant's key: 64 lower-case hexadecimal digits.
   */
  key?: string;
  /**
   * The priming that the bytes must be of: 32 lower-case hexadecimal digits.
   */
  generation?: string;
  /**
   * The chunks to send, in this order. 1 to 1024 of them.
   */
  chunks?: _instgenie_worker_v1_ChunkPosition[];
  /**
   * How many chunks at the front of the list to leave out, because an earlier stream brought them. Less than all.
   */
  resumeAt?: number;
}

/**
 * What is asked of ReadChunks.
 */
export interface ReadChunksRequest__Output {
  /**
   * The variant's key: 64 lower-case hexadecimal digits.
   */
  key: string;
  /**
   * The priming that the bytes must be of: 32 lower-case hexadecimal digits.
   */
  generation: string;
  /**
   * The chunks to send, in this order. 1 to 1024 of them.
   */
  chunks: _instgenie_worker_v1_ChunkPosition__Output[];
  /**
   * How many chunks at the front of the list to leave out, because an earlier stream brought them. Less than all.
   */
  resumeAt: number;
}
