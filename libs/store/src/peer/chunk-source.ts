import type { VariantKey } from '@instgenie/domain';
import type { ChunkName } from '../chunk-reader.ts';
import type { ChunkManifest } from './chunk-manifest.ts';

/** A part of a chunk, in bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** What a worker lends to others: the chunk service reads from it. */
export interface ChunkSource {
  /** What is held of a variant now; undefined when nothing is. */
  variant(key: VariantKey): ChunkManifest | undefined;
  /**
   * The bytes of a range that lies in the chunk; nobody writes to them afterwards. Rejects with `not-found` when the
   * chunk is not held any more: the caller then asks another peer.
   */
  read(chunk: ChunkName, range: ByteRange, signal: AbortSignal): Promise<Uint8Array>;
}
