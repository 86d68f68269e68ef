import type { VariantKey } from '@instgenie/domain';

/** Names a chunk: of which variant and generation, which kept step, and its place in the step. */
export interface ChunkName {
  readonly key: VariantKey;
  /** Names one priming of the variant, 32 hexadecimal digits: bytes of another priming never pass for this one's. */
  readonly generation: string;
  readonly step: number;
  readonly chunk: number;
}

/**
 * One tier that chunks can be read from. Readers bring bytes; whether they are right is checked by who asked, always
 * in the same way.
 */
export interface ChunkReader extends AsyncDisposable {
  /**
   * Fills `into` with the chunk, from its first byte to its last. Rejects when the chunk is not there, is of another
   * length, or cannot be read; `into` then holds anything. After an abort it still settles before it stops writing.
   */
  read(chunk: ChunkName, into: Uint8Array, signal: AbortSignal): Promise<void>;
}
