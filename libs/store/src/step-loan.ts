import type { ChunkGate } from '@instgenie/domain';

/** Memory of a step's chunks, lent until it is released: its bytes stay where they are until then. */
export interface StepLoan {
  readonly buffer: SharedArrayBuffer;
  /** Where each chunk lies in the buffer, bytes; -1 where it was not asked for. In a ring, offsets repeat. */
  readonly offsets: readonly number[];
  /** How many of the chunks that were asked for were where. */
  readonly found: Readonly<Record<'memory' | 'disk' | 'peer', number>>;
  /** Says which chunks are there: a chunk's bytes may be read once its gate is open. */
  readonly gate: ChunkGate;
  release(): void;
}

/** Chunks of a kept step that are to be read. */
export interface StepRequest {
  readonly step: number;
  readonly chunks: readonly number[];
}
