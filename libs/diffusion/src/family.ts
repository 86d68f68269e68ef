import type { CheckpointWeights, Weights } from '@instgenie/checkpoint';
import type { Mask, StorageType } from '@instgenie/domain';

/** A part of a checkpoint whose graphs share one folder and one set of weights. */
export type Component = keyof CheckpointWeights;

/** A graph of a model: whose weights it reads, and how to build it. */
export interface GraphRecipe {
  readonly name: string;
  readonly component: Component;
  /** The encoded ONNX model. `weights` must be mappable: float32, in files of the folder the graph is written to. */
  readonly build: (weights: Weights) => Uint8Array;
}

/**
 * A block as the engine runs it: the name of its graph, whether text and image rows are two inputs or one, and the
 * conditioner's outputs that modulate it (separate: image, then text).
 */
export interface BlockDescription {
  readonly graph: string;
  readonly streams: 'separate' | 'joint';
  readonly modulations: readonly string[];
}

/** The lengths and graphs that the engine needs to run a denoising step. */
export interface Denoiser {
  /** Channels of a row inside the blocks. */
  readonly width: number;
  /** Attention heads; they share the width. */
  readonly heads: number;
  /** Channels of a packed latent row. */
  readonly latentChannels: number;
  /** Channels of condition beside each latent row; 0 for models that take none. */
  readonly conditionChannels: number;
  readonly blocks: readonly BlockDescription[];
  /** The most requests that one run of a block takes; its graph has inputs for each. */
  readonly batchMax: number;
  readonly embedGraph: string;
  readonly headGraph: string;
  /** The conditioner's output that modulates the head. */
  readonly headModulation: string;
  readonly conditionerGraph: string;
  /** How the blocks take stored activations. */
  readonly storage: StorageType;
  /** The graphs that bring rows into the stored form and back; undefined where they are stored as computed. */
  readonly conversion: { readonly narrow: string; readonly widen: string } | undefined;
  /** Channels of every output of the conditioner that holds a modulation. */
  readonly modulationChannels: ReadonlyMap<string, number>;
}

/** The graphs around the denoiser. */
export interface StageGraphs {
  /** `ids` int32 [1, tokens] to `pooled` [1, channels]. */
  readonly pooledText: string;
  /** `ids` int32 [1, rows] to `sequence` [1, rows, channels]. */
  readonly sequenceText: string;
  /** `image` [1, 3, height, width] in [-1, 1] to `tokens` [1, rows, columns, latentChannels]. */
  readonly encode: string;
  /** The reverse. */
  readonly decode: string;
}

export interface TextIds {
  /** Ids of the pooled encoder. */
  readonly pooled: Int32Array;
  /** Ids of the sequence encoder, one for each text row. */
  readonly sequence: Int32Array;
}

export interface ModelDefaults {
  readonly steps: number;
  readonly guidance: number;
  /** Text rows (max_sequence_length). */
  readonly textRows: number;
  /** Longest side in pixels that the model was made for. */
  readonly side: number;
}

/** Token rows and columns: a sixteenth of the picture's height and width. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

export interface RotaryTable {
  /** Table rows: row 0 turns nothing (text), row 1 + r is image token r. */
  readonly length: number;
  /** [length, headDim / 2] */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** A part of the transformer's floating-point work, for a row and for a pair of rows that meet in attention. */
export interface StepFlops {
  readonly rows: number;
  readonly keys: number;
}

/**
 * A model of one family, ready to be run by the engine. Everything family-specific is behind this interface: graphs,
 * schedule, positions, text ids and the condition of a masked picture.
 */
export interface DiffusionModel {
  readonly family: string;
  /** Digest of configs, tokenizers and weights. */
  readonly identity: string;
  readonly denoiser: Denoiser;
  readonly stages: StageGraphs;
  readonly graphs: readonly GraphRecipe[];
  readonly weights: CheckpointWeights;
  readonly defaults: ModelDefaults;
  /** s_0 .. s_steps, float32 [steps + 1]. Throws `invalid` for a bad number of steps. */
  sigmas(run: { readonly steps: number; readonly tokens: number }): Float32Array;
  /** The first step of a run at a strength in (0, 1]. Throws `invalid` when no step is left. */
  firstStep(steps: number, strength: number): number;
  /** Throws `invalid` for a prompt that is too long. */
  textIds(prompt: string, textRows: number): TextIds;
  rotary(grid: Grid): RotaryTable;
  /**
   * Condition rows [tokens, conditionChannels] from the latents of the picture whose masked pixels are grey, and the
   * mask; without a mask: those of a template. Undefined for models that take no condition.
   */
  readonly condition: ((latents: Float32Array, mask?: Mask) => Float32Array) | undefined;
  /** The conditioner's inputs that depend on noise level and guidance, float32 [levels, channels] each. */
  conditionerInputs(run: {
    readonly sigmas: Float32Array;
    readonly guidance: number;
  }): Readonly<Record<string, Float32Array>>;
  /** Multiplications and additions of one block step, counted twice: of `rows` fresh rows over `keys` keys. */
  blockFlops(rows: StepFlops): number;
}
