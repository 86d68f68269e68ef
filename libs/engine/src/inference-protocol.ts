import type { Mode } from '@instgenie/domain';
import type { ActivationShape } from './activation-layout.ts';

/** Prompt, guidance and noise levels of a run, as the blocks take them. Shared memory. */
export interface Conditioning {
  /** Text rows entering block 0, float32 [textRows, width]. */
  readonly text: Float32Array;
  readonly textRows: number;
  /** For each output of the conditioner: float32 [steps, channels]. */
  readonly modulations: ReadonlyMap<string, Float32Array>;
  /** What the modulations are made of: time, guidance and pooled text, float32 [steps, width]. */
  readonly embedding: Float32Array;
}

/** The rotary table of one grid. */
export interface SharedRotary {
  /** Names the grid: tables of one name are equal. */
  readonly name: string;
  readonly length: number;
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** A template as the inference thread knows it. Arrays are shared memory, rows of every token. */
export interface TemplateState {
  readonly id: number;
  readonly tokens: number;
  /** s_0 .. s_steps */
  readonly sigmas: Float32Array;
  /** Packed normalised latents of the source [tokens, latentChannels]. */
  readonly x0: Float32Array;
  /** The template's own noise [tokens, latentChannels]. */
  readonly noise: Float32Array;
  /** Condition with an empty mask [tokens, conditionChannels]; empty for models without. */
  readonly condition: Float32Array;
  readonly conditioning: Conditioning;
  readonly rotary: SharedRotary;
}

/** An edit as the inference thread knows it. */
export interface EditState {
  readonly id: number;
  readonly template: number;
  /** M: the masked tokens, ascending. */
  readonly rows: Int32Array;
  /** [tokens, latentChannels]; rows M hold the noise at first and the result at last, the others hold x0. */
  readonly latents: Float32Array;
  /** Condition with the edit's mask [tokens, conditionChannels]. */
  readonly condition: Float32Array;
  readonly conditioning: Conditioning;
  /** Whether unmasked rows, where they are computed, carry the edit's condition (dense) or the template's. */
  readonly dense: boolean;
}

/** One step's activations as they travel between threads: memory is shared, not copied. */
export interface StepBuffer {
  readonly shape: ActivationShape;
  readonly buffer: SharedArrayBuffer;
  /** Where each chunk lies, bytes; -1 for chunks that nobody asked for. */
  readonly offsets: readonly number[];
  /** The words of the chunks' gate; undefined when all of them are there. */
  readonly gate: Int32Array<SharedArrayBuffer> | undefined;
}

/**
 * Where the context of an edit's unmasked rows comes from at one step: memory that holds the activations of the kept
 * step, or will when its gate opens, and in their place the template's own forward of that step; that forward from the
 * start, kept in `capture` if it is given; or nowhere, when every block is `full`.
 */
export type ActivationSource =
  | {
      readonly kind: 'stored';
      readonly kept: number;
      readonly step: StepBuffer;
      /** How long a block waits for its chunk before it is recomputed. */
      readonly deadlineMs?: number;
    }
  | { readonly kind: 'template'; readonly kept: number; readonly capture?: StepBuffer }
  | { readonly kind: 'none' };

/** An edit's next step. */
export interface EditItem {
  readonly kind: 'edit';
  readonly edit: number;
  readonly step: number;
  /** A mode for each block. */
  readonly modes: readonly Mode[];
  readonly source: ActivationSource;
  /** Filled with the predicted end of rows M, the others x0 [tokens, latentChannels]. */
  readonly preview?: Float32Array;
}

/** A template's own forward at a step. */
export interface PrimeItem {
  readonly kind: 'prime';
  readonly template: number;
  readonly step: number;
  readonly capture: StepBuffer;
  /** Filled with the velocity of every row [tokens, latentChannels]. */
  readonly velocity?: Float32Array;
}

export type StepItem = EditItem | PrimeItem;

export interface StepReport {
  /** From the arrival of the message to its answer. */
  readonly totalMs: number;
  /** Inside ONNX Runtime's run. */
  readonly nativeMs: number;
  readonly runs: number;
  /** Waiting for chunks that were still loading. */
  readonly waitMs: number;
  /** Blocks of all edits whose activations were computed because their chunk failed or was late. */
  readonly blocksRecomputed: number;
}

export interface GraphFile {
  readonly name: string;
  readonly path: string;
}
