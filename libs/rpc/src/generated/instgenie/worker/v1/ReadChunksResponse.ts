import type {
  ChunkPosition as _instgenie_worker_v1_ChunkPosition,
  ChunkPosition__Output as _instgenie_worker_v1_ChunkPosition__Output,
} from '../../../instgenie/worker/v1/ChunkPosition.ts';

/**
 * A piece of a chunk.
 */
export interface ReadChunksResponse {
  /**
   * Which chunk.
   */
  position?: _instgenie_worker_v1_ChunkPosition | null;
  /**
   * Where the piece begins in the chunk, bytes.
   */
  offset?: number;
  /**
   * The piece itself: 1 byte to 256 KiB.
   */
  data?: Buffer | Uint8Array | string;
}

/**
 * A piece of a chunk.
 */
export interface ReadChunksResponse__Output {
  /**
   * Which chunk.
   */
  position: _instgenie_worker_v1_ChunkPosition__Output | null;
  /**
   * Where the piece begins in the chunk, bytes.
   */
  offset: number;
  /**
   * The piece itself: 1 byte to 256 KiB.
   */
  data: Buffer;
}
