import type { VariantKey, VariantShape } from '@instgenie/domain';
import type { ChunkName } from '../chunk-reader.ts';
import type { ChunkManifest } from './chunk-manifest.ts';

/** A chunk's bytes, which stay as they are until it is released. */
export interface LentChunk {
  readonly bytes: Uint8Array;
  release(): void;
}

/** What a worker lends to others: the chunk service reads from it. */
export interface ChunkSource {
  /** What is held of a variant now; undefined when nothing is. */
  variant(key: VariantKey): Promise<ChunkManifest | undefined>;
  /** Whether it holds this priming of a variant, and how it is cut. */
  shape(held: Pick<ChunkName, 'key' | 'generation'>): VariantShape | undefined;
  /** Rejects with `not-found` when the chunk is not held any more: the caller then asks another peer. */
  lend(chunk: ChunkName, signal: AbortSignal): Promise<LentChunk>;
}
