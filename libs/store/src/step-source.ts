import type { VariantKey, VariantShape } from '@instgenie/domain';
import type { LoadOutcome } from './io/chunk-loader.ts';

/** A step of a variant on one tier, to be loaded into memory chunk by chunk. */
export interface StepSource {
  readonly key: VariantKey;
  readonly step: number;
  readonly shape: VariantShape;
  readonly tier: 'disk' | 'peer';
  /** Loads a chunk to an offset of the arena and settles its gate. Never rejects. */
  readonly load: (chunk: number, to: ChunkTarget) => Promise<LoadOutcome>;
  /** A chunk came damaged or late: decides whether the step is read from here again. */
  readonly failed: (outcome: Exclude<LoadOutcome, 'ready'>) => Promise<void>;
  /** Keeps the step on its tier until the function it returns is called. */
  readonly hold: () => () => void;
}

/** Where a chunk goes, and the words of its gate. */
export interface ChunkTarget {
  readonly offset: number;
  readonly gate: Int32Array<SharedArrayBuffer>;
}
