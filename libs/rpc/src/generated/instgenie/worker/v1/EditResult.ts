import type { Long } from '@grpc/proto-loader';
import type {
  CacheOutcome as _instgenie_worker_v1_CacheOutcome,
  CacheOutcome__Output as _instgenie_worker_v1_CacheOutcome__Output,
} from '../../../instgenie/worker/v1/CacheOutcome.ts';
import type {
  ChunksRead as _instgenie_worker_v1_ChunksRead,
  ChunksRead__Output as _instgenie_worker_v1_ChunksRead__Output,
} from '../../../instgenie/worker/v1/ChunksRead.ts';
import type {
  EditTimings as _instgenie_worker_v1_EditTimings,
  EditTimings__Output as _instgenie_worker_v1_EditTimings__Output,
} from '../../../instgenie/worker/v1/EditTimings.ts';

/**
 * A picture, and what it took.
 */
export interface EditResult {
  /**
   * The file, in the format that was asked for.
   */
  picture?: Buffer | Uint8Array | string;
  /**
   * Width of the picture.
   */
  width?: number;
  /**
   * Height of the picture.
   */
  height?: number;
  /**
   * Tokens that were computed.
   */
  maskedTokens?: number;
  /**
   * Tokens in all.
   */
  tokens?: number;
  /**
   * Steps that were run here.
   */
  stepsRun?: number;
  /**
   * Where the activations came from.
   */
  cache?: _instgenie_worker_v1_CacheOutcome;
  /**
   * Chunks that this edit asked for, by where they were.
   */
  chunks?: _instgenie_worker_v1_ChunksRead | null;
  /**
   * What it took.
   */
  timings?: _instgenie_worker_v1_EditTimings | null;
  /**
   * The engine that ran it.
   */
  fingerprint?: string;
  /**
   * Whether it went on from a checkpoint of another engine: its bytes may then differ from an undisturbed run's.
   */
  isMixed?: boolean;
  /**
   * The template's variant, 64 hexadecimal digits.
   */
  variant?: string;
  /**
   * How often it made room for a more urgent one.
   */
  preemptions?: number;
  /**
   * What the variant takes on a disk, bytes; 0 where it is not kept.
   */
  variantBytes?: number | string | Long;
}

/**
 * A picture, and what it took.
 */
export interface EditResult__Output {
  /**
   * The file, in the format that was asked for.
   */
  picture: Buffer;
  /**
   * Width of the picture.
   */
  width: number;
  /**
   * Height of the picture.
   */
  height: number;
  /**
   * Tokens that were computed.
   */
  maskedTokens: number;
  /**
   * Tokens in all.
   */
  tokens: number;
  /**
   * Steps that were run here.
   */
  stepsRun: number;
  /**
   * Where the activations came from.
   */
  cache: _instgenie_worker_v1_CacheOutcome__Output;
  /**
   * Chunks that this edit asked for, by where they were.
   */
  chunks: _instgenie_worker_v1_ChunksRead__Output | null;
  /**
   * What it took.
   */
  timings: _instgenie_worker_v1_EditTimings__Output | null;
  /**
   * The engine that ran it.
   */
  fingerprint: string;
  /**
   * Whether it went on from a checkpoint of another engine: its bytes may then differ from an undisturbed run's.
   */
  isMixed: boolean;
  /**
   * The template's variant, 64 hexadecimal digits.
   */
  variant: string;
  /**
   * How often it made room for a more urgent one.
   */
  preemptions: number;
  /**
   * What the variant takes on a disk, bytes; 0 where it is not kept.
   */
  variantBytes: number;
}
