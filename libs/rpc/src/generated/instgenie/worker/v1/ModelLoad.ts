import type { Long } from '@grpc/proto-loader';
import type {
  FittedLine as _instgenie_worker_v1_FittedLine,
  FittedLine__Output as _instgenie_worker_v1_FittedLine__Output,
} from '../../../instgenie/worker/v1/FittedLine.ts';

/**
 * A model of a worker.
 */
export interface ModelLoad {
  /**
   * Its name in the configuration.
   */
  name?: string;
  /**
   * Whether it is in memory.
   */
  isLoaded?: boolean;
  /**
   * Its engine, once it was loaded: engines of one fingerprint and model compute the same bytes.
   */
  fingerprint?: string;
  /**
   * Digest of its weights and configuration, once it was loaded.
   */
  identity?: string;
  /**
   * Edits that wait for a place.
   */
  waiting?: number;
  /**
   * Edits that run.
   */
  running?: number;
  /**
   * What those have left to do: masked tokens of each, times its steps.
   */
  maskedTokenSteps?: number | string | Long;
  /**
   * What a step of its blocks takes: start_ms + FLOPs * ms_per_flop.
   */
  compute?: _instgenie_worker_v1_FittedLine | null;
  /**
   * The work of a step: flops_of_row * rows + flops_of_pair * rows * keys, over all blocks.
   */
  flopsOfRow?: number | string;
  /**
   * The same: for each pair of a row and a key.
   */
  flopsOfPair?: number | string;
  /**
   * Edits that it steps together.
   */
  batchMax?: number;
  /**
   * Longest side that it runs at, pixels; known once it was loaded, like all that follows.
   */
  side?: number;
  /**
   * Denoising steps, where a request says none.
   */
  defaultSteps?: number;
  /**
   * Guidance, where a request says none.
   */
  defaultGuidance?: number | string;
  /**
   * Rows of text that are computed with every edit.
   */
  textRows?: number;
  /**
   * When an edit of the usual kind would be done that came now, ms; 0 while nothing is known.
   */
  predictedMs?: number | string;
  /**
   * What an edit takes beside its steps, when it is alone: pictures, prompt, autoencoder, ms.
   */
  aroundMs?: number | string;
  /**
   * Activations of a token in a step, over all blocks, bytes.
   */
  bytesOfToken?: number | string;
  /**
   * Steps that were run so far: one that should run and does not move stands still.
   */
  stepsRun?: number | string | Long;
}

/**
 * A model of a worker.
 */
export interface ModelLoad__Output {
  /**
   * Its name in the configuration.
   */
  name: string;
  /**
   * Whether it is in memory.
   */
  isLoaded: boolean;
  /**
   * Its engine, once it was loaded: engines of one fingerprint and model compute the same bytes.
   */
  fingerprint: string;
  /**
   * Digest of its weights and configuration, once it was loaded.
   */
  identity: string;
  /**
   * Edits that wait for a place.
   */
  waiting: number;
  /**
   * Edits that run.
   */
  running: number;
  /**
   * What those have left to do: masked tokens of each, times its steps.
   */
  maskedTokenSteps: number;
  /**
   * What a step of its blocks takes: start_ms + FLOPs * ms_per_flop.
   */
  compute: _instgenie_worker_v1_FittedLine__Output | null;
  /**
   * The work of a step: flops_of_row * rows + flops_of_pair * rows * keys, over all blocks.
   */
  flopsOfRow: number;
  /**
   * The same: for each pair of a row and a key.
   */
  flopsOfPair: number;
  /**
   * Edits that it steps together.
   */
  batchMax: number;
  /**
   * Longest side that it runs at, pixels; known once it was loaded, like all that follows.
   */
  side: number;
  /**
   * Denoising steps, where a request says none.
   */
  defaultSteps: number;
  /**
   * Guidance, where a request says none.
   */
  defaultGuidance: number;
  /**
   * Rows of text that are computed with every edit.
   */
  textRows: number;
  /**
   * When an edit of the usual kind would be done that came now, ms; 0 while nothing is known.
   */
  predictedMs: number;
  /**
   * What an edit takes beside its steps, when it is alone: pictures, prompt, autoencoder, ms.
   */
  aroundMs: number;
  /**
   * Activations of a token in a step, over all blocks, bytes.
   */
  bytesOfToken: number;
  /**
   * Steps that were run so far: one that should run and does not move stands still.
   */
  stepsRun: number;
}
