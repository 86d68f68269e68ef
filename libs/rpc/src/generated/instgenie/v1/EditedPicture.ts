import type { Long } from '@grpc/proto-loader';
import type {
  CacheOutcome as _instgenie_v1_CacheOutcome,
  CacheOutcome__Output as _instgenie_v1_CacheOutcome__Output,
} from '../../instgenie/v1/CacheOutcome.ts';
import type {
  EditTimings as _instgenie_v1_EditTimings,
  EditTimings__Output as _instgenie_v1_EditTimings__Output,
} from '../../instgenie/v1/EditTimings.ts';
import type {
  WorkerScore as _instgenie_v1_WorkerScore,
  WorkerScore__Output as _instgenie_v1_WorkerScore__Output,
} from '../../instgenie/v1/WorkerScore.ts';

/**
 * A result.
 */
export interface EditedPicture {
  /**
   * The file.
   */
  image?: Buffer | Uint8Array | string;
  /**
   * Width, pixels.
   */
  width?: number;
  /**
   * Height, pixels.
   */
  height?: number;
  /**
   * The seed of its noise.
   */
  seed?: number | string | Long;
  /**
   * Where the activations came from.
   */
  cache?: _instgenie_v1_CacheOutcome;
  /**
   * What it took.
   */
  timings?: _instgenie_v1_EditTimings | null;
  /**
   * The worker that ended it.
   */
  worker?: string;
  /**
   * How many workers it ran on before.
   */
  moves?: number;
  /**
   * Whether it went on, on another kind of engine, from where it was: its bytes may then differ from an undisturbed run's.
   */
  isMixed?: boolean;
  /**
   * Why that worker was chosen, where asked for.
   */
  scores?: _instgenie_v1_WorkerScore[];
}

/**
 * A result.
 */
export interface EditedPicture__Output {
  /**
   * The file.
   */
  image: Buffer;
  /**
   * Width, pixels.
   */
  width: number;
  /**
   * Height, pixels.
   */
  height: number;
  /**
   * The seed of its noise.
   */
  seed: number;
  /**
   * Where the activations came from.
   */
  cache: _instgenie_v1_CacheOutcome__Output;
  /**
   * What it took.
   */
  timings: _instgenie_v1_EditTimings__Output | null;
  /**
   * The worker that ended it.
   */
  worker: string;
  /**
   * How many workers it ran on before.
   */
  moves: number;
  /**
   * Whether it went on, on another kind of engine, from where it was: its bytes may then differ from an undisturbed run's.
   */
  isMixed: boolean;
  /**
   * Why that worker was chosen, where asked for.
   */
  scores: _instgenie_v1_WorkerScore__Output[];
}
