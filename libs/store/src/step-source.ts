import type { VariantKey, VariantShape } from '@instgenie/domain';
import type { LoadOutcome } from './io/chunk-loader.ts';
import type { ChunkPlace } from './io/io-protocol.ts';

/** A step of a variant on one tier, to be loaded into memory chunk by chunk. */
export interface StepSource {
  readonly key: VariantKey;
  readonly step: number;
  readonly shape: VariantShape;
  readonly tier: 'disk' | 'peer';
  /**
   * Loads chunks in order to where they are to lie in the arena, and settles their gate. Returns the worst outcome once
   * none of their memory is written any more. Never rejects.
   */
  readonly load: (chunks: readonly ChunkPlace[], gate: Int32Array<SharedArrayBuffer>) => Promise<LoadOutcome>;
  /** A chunk came damaged or late: decides whether the step is read from here again. */
  readonly failed: (outcome: Exclude<LoadOutcome, 'ready'>) => Promise<void>;
  /** Keeps the step on its tier until the function it returns is called. */
  readonly hold: () => () => void;
}
