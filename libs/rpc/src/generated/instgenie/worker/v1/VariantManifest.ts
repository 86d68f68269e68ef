import type {
  StepManifest as _instgenie_worker_v1_StepManifest,
  StepManifest__Output as _instgenie_worker_v1_StepManifest__Output,
} from '../../../instgenie/worker/v1/StepManifest.ts';
import type {
  Tier as _instgenie_worker_v1_Tier,
  Tier__Output as _instgenie_worker_v1_Tier__Output,
} from '../../../instgenie/worker/v1/Tier.ts';

/**
 * A held variant: how it is cut and what its chunks must be.
 */
export interface VariantManifest {
  /**
   * The variant's key: 64 lower-case hexadecimal digits.
   */
  key?: string;
  /**
   * Names the priming that the bytes are of: 32 lower-case hexadecimal digits.
   */
  generation?: string;
  /**
   * Bytes of each chunk of a step, in order, multiples of 4096; every step has the same. 1 to 4096 of them.
   */
  chunkBytes?: number[];
  /**
   * The kept steps, ascending, the first one being step 0. 1 to 1000 of them.
   */
  steps?: _instgenie_worker_v1_StepManifest[];
  /**
   * The slowest tier that a chunk of it comes from.
   */
  tier?: _instgenie_worker_v1_Tier;
}

/**
 * A held variant: how it is cut and what its chunks must be.
 */
export interface VariantManifest__Output {
  /**
   * The variant's key: 64 lower-case hexadecimal digits.
   */
  key: string;
  /**
   * Names the priming that the bytes are of: 32 lower-case hexadecimal digits.
   */
  generation: string;
  /**
   * Bytes of each chunk of a step, in order, multiples of 4096; every step has the same. 1 to 4096 of them.
   */
  chunkBytes: number[];
  /**
   * The kept steps, ascending, the first one being step 0. 1 to 1000 of them.
   */
  steps: _instgenie_worker_v1_StepManifest__Output[];
  /**
   * The slowest tier that a chunk of it comes from.
   */
  tier: _instgenie_worker_v1_Tier__Output;
}
