import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import type { Denoiser, Grid, StageGraphs, TextIds } from '@instgenie/diffusion';
import { type Mask, type Picture, type Size, tokenSide } from '@instgenie/domain';
import { computeInBackground, serveCalls } from '@instgenie/threads';
import { Tensor } from 'onnxruntime-node';
import type { Conditioning, GraphFile } from './inference-protocol.ts';
import { toPicture, toPixels } from './pixels.ts';
import { type SessionSettings, Sessions } from './sessions.ts';
import { sharedFloats } from './shared.ts';

/** What the stage thread is started with. */
export interface StageSetup {
  readonly denoiser: Denoiser;
  readonly stages: StageGraphs;
  readonly graphs: readonly GraphFile[];
  readonly settings: SessionSettings;
}

/** A prompt as the text encoders see it. */
export interface TextEncoding {
  /** float32 [pooled channels] */
  readonly pooled: Float32Array;
  /** float32 [textRows, channels] */
  readonly sequence: Float32Array;
  readonly textRows: number;
}

export interface ConditionCall {
  readonly text: TextEncoding;
  /** float32 [levels, channels] each: the conditioner's inputs besides the text. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
  readonly levels: number;
}

export interface PictureCall {
  readonly source: Picture;
  /** Masked pixels become grey. */
  readonly mask: Mask | undefined;
}

export interface DecodeCall {
  /** float32 [tokens, latentChannels] */
  readonly latents: Float32Array;
  readonly grid: Grid;
}

/** The functions of the stage thread: everything before and after denoising. */
export interface StageCalls {
  readonly load: (argument: undefined) => Promise<void>;
  readonly encodeText: (ids: TextIds) => Promise<TextEncoding>;
  readonly condition: (call: ConditionCall) => Promise<Conditioning>;
  readonly encode: (call: PictureCall) => Promise<Float32Array>;
  /** The bytes of a picture. */
  readonly decode: (call: DecodeCall) => Promise<Uint8Array>;
  /** The decoder's own output. */
  readonly decodePixels: (call: DecodeCall) => Promise<Float32Array>;
}

assert(parentPort !== null);
const { denoiser, stages, graphs, settings } = workerData as StageSetup;
let loaded: Sessions | undefined;

computeInBackground();
serveCalls(parentPort, {
  load: async () => {
    loaded = await Sessions.load(graphs, settings);
  },
  encodeText: async ({ pooled, sequence }) => ({
    pooled: await run(stages.pooledText, { ids: intRow(pooled) }, 'pooled'),
    sequence: await run(stages.sequenceText, { ids: intRow(sequence) }, 'sequence'),
    textRows: sequence.length,
  }),
  condition,
  encode: ({ source, mask }) => {
    const dims = [1, 3, source.height, source.width];
    return run(stages.encode, { image: new Tensor('float32', toPixels(source, mask), dims) }, 'tokens');
  },
  decode: async (call) => toPicture(await decodePixels(call), sizeOf(call.grid)).data,
  decodePixels,
} satisfies StageCalls);

function decodePixels({ latents, grid }: DecodeCall): Promise<Float32Array> {
  const dims = [1, grid.rows, grid.columns, denoiser.latentChannels];
  return run(stages.decode, { tokens: new Tensor('float32', latents, dims) }, 'image');
}

function sizeOf({ rows, columns }: Grid): Size {
  return { width: columns * tokenSide, height: rows * tokenSide };
}

/** One row a noise level; a lone level is computed twice, since one row has another kernel. */
async function condition({ text, inputs, levels }: ConditionCall): Promise<Conditioning> {
  const rows = Math.max(levels, 2);
  const feeds: Record<string, Tensor> = {
    sequence: new Tensor('float32', text.sequence, [text.textRows, text.sequence.length / text.textRows]),
    pooled: new Tensor('float32', repeated(text.pooled, rows), [rows, text.pooled.length]),
  };
  for (const [name, values] of Object.entries(inputs)) {
    const padded = levels === rows ? values : repeated(values, rows);
    feeds[name] = new Tensor('float32', padded, [rows, padded.length / rows]);
  }
  const modulations = new Map<string, Float32Array>();
  const results: Record<string, Tensor> = {};
  for (const [name, channels] of denoiser.modulationChannels) {
    const values = sharedFloats(rows * channels);
    modulations.set(name, values);
    results[name] = new Tensor('float32', values, [rows, channels]);
  }
  const embedded = sharedFloats(text.textRows * denoiser.width);
  const embedding = sharedFloats(rows * denoiser.width);
  results['embedding'] = new Tensor('float32', embedding, [rows, denoiser.width]);
  results['text'] = new Tensor('float32', embedded, [text.textRows, denoiser.width]);
  await sessions().run(denoiser.conditionerGraph, feeds, results);
  return { text: embedded, textRows: text.textRows, modulations, embedding };
}

async function run(graph: string, feeds: Readonly<Record<string, Tensor>>, name: string): Promise<Float32Array> {
  const { [name]: result } = await sessions().run(graph, feeds, { [name]: null });
  assert(result !== undefined && result.data instanceof Float32Array);
  return result.data.slice();
}

function sessions(): Sessions {
  assert(loaded !== undefined, 'load comes first');
  return loaded;
}

function intRow(ids: Int32Array): Tensor {
  return new Tensor('int32', ids, [1, ids.length]);
}

function repeated(row: Float32Array, times: number): Float32Array {
  const rows = new Float32Array(row.length * times);
  for (let at = 0; at < rows.length; at += row.length) rows.set(row, at);
  return rows;
}
