import type { Checkpoint, Weights } from '@instgenie/checkpoint';
import type { StorageType } from '@instgenie/domain';
import { GraphBuilder } from '@instgenie/onnx';
import { fillCondition } from '../condition.ts';
import type { BlockDescription, DiffusionModel, GraphRecipe, ModelDefaults } from '../family.ts';
import { narrowGraph, widenGraph } from '../storage-graphs.ts';
import { batchMax } from './attention-graph.ts';
import { buildClipGraph } from './clip-graph.ts';
import { doubleBlockGraph } from './double-block-graph.ts';
import { conditionerGraph, embedGraph, headGraph, modulationNames } from './edge-graphs.ts';
import type { LayerContext } from './layers.ts';
import { rotaryTable } from './rotary.ts';
import { firstStep, sigmas } from './schedule.ts';
import { type FluxShape, fluxShape } from './shape.ts';
import { singleBlockGraph } from './single-block-graph.ts';
import { modelGuidance, modelTime, sinusoids } from './sinusoid.ts';
import { buildT5Graph } from './t5-graph.ts';
import { buildVaeDecoderGraph } from './vae-decoder-graph.ts';
import { buildVaeEncoderGraph } from './vae-encoder-graph.ts';
import { graphWeights } from './weights.ts';

const textRowsMax = 512;

/** FLUX.1-dev, FLUX.1-Fill and FLUX.1-schnell class checkpoints of any width and number of blocks. */
export async function fluxModel(checkpoint: Checkpoint, storage: StorageType): Promise<DiffusionModel> {
  const { configs, identity, weights } = checkpoint;
  const shape = fluxShape(configs.transformer, storage);
  const clip = await checkpoint.clipTokenizer();
  const t5 = await checkpoint.t5Tokenizer();
  const modulations = modulationNames({ shape }).map(({ name, parts }) => [name, parts * shape.width] as const);
  return {
    family: 'flux',
    identity,
    weights,
    denoiser: {
      width: shape.width,
      heads: shape.heads,
      latentChannels: shape.outChannels,
      conditionChannels: shape.inChannels - shape.outChannels,
      blocks: blocksOf(shape),
      batchMax,
      embedGraph: 'embed',
      headGraph: 'head',
      headModulation: 'head',
      conditionerGraph: 'conditioner',
      storage,
      conversion: storage === 'fp32' ? undefined : { narrow: `narrow-${storage}`, widen: `widen-${storage}` },
      modulationChannels: new Map(modulations),
    },
    stages: { pooledText: 'clip', sequenceText: 't5', encode: 'vae-encoder', decode: 'vae-decoder' },
    graphs: [
      ...transformerGraphs(shape),
      { name: 'clip', component: 'clip', build: (w) => buildClipGraph(configs.clip, w) },
      { name: 't5', component: 't5', build: (w) => buildT5Graph(configs.t5, w) },
      { name: 'vae-encoder', component: 'autoencoder', build: (w) => buildVaeEncoderGraph(configs.autoencoder, w) },
      { name: 'vae-decoder', component: 'autoencoder', build: (w) => buildVaeDecoderGraph(configs.autoencoder, w) },
    ],
    defaults: defaultsOf(checkpoint, Math.min(t5.maxTokens, textRowsMax)),
    sigmas: (run) => sigmas(configs.scheduler, run),
    firstStep,
    textIds: (prompt, textRows) => ({ pooled: clip.encode(prompt), sequence: t5.encode(prompt, textRows) }),
    condition: shape.inChannels > shape.outChannels ? fillCondition : undefined,
    rotary: (grid) => rotaryTable(grid, shape.ropeAxes),
    conditionerInputs: ({ sigmas: levels, guidance }) => {
      const time = sinusoids([...levels].map(modelTime));
      if (!shape.hasGuidance) return { time };
      return { time, guidance: sinusoids([...levels].map(() => modelGuidance(guidance))) };
    },
    blockFlops: ({ rows, keys }) => 2 * rows * 12 * shape.width ** 2 + 4 * rows * keys * shape.width,
  };
}

/** What diffusers' pipelines of the class use when nothing is asked for. */
function defaultsOf({ pipeline, configs }: Checkpoint, textRows: number): ModelDefaults {
  const side = configs.autoencoder.sampleSize;
  if (!configs.transformer.hasGuidance && !configs.scheduler.isDynamic)
    return { steps: 4, guidance: 0, textRows, side };
  const guidance = pipeline === 'FluxFillPipeline' ? 30 : 3.5;
  return { steps: 28, guidance: configs.transformer.hasGuidance ? guidance : 0, textRows, side };
}

const blockName = (index: number, storage: StorageType) => `block-${index}-${storage}`;

function blocksOf({ doubleBlocks, singleBlocks, storage }: FluxShape): readonly BlockDescription[] {
  return Array.from({ length: doubleBlocks + singleBlocks }, (_, index) =>
    index < doubleBlocks
      ? { graph: blockName(index, storage), streams: 'separate', modulations: [`image_${index}`, `text_${index}`] }
      : { graph: blockName(index, storage), streams: 'joint', modulations: [`joint_${index}`] },
  );
}

function transformerGraphs(shape: FluxShape): readonly GraphRecipe[] {
  const recipe = (name: string, build: (context: LayerContext) => Uint8Array): GraphRecipe => ({
    name,
    component: 'transformer',
    build: (weights) => build(layerContext(name, shape, weights)),
  });
  const doubles = Array.from({ length: shape.doubleBlocks }, (_, index) =>
    recipe(blockName(index, shape.storage), (context) => doubleBlockGraph(context, index)),
  );
  const singles = Array.from({ length: shape.singleBlocks }, (_, index) =>
    recipe(blockName(shape.doubleBlocks + index, shape.storage), (context) => singleBlockGraph(context, index)),
  );
  const edges = [recipe('embed', embedGraph), recipe('head', headGraph), recipe('conditioner', conditionerGraph)];
  if (shape.storage === 'fp32') return [...doubles, ...singles, ...edges];
  const narrow = recipe(`narrow-${shape.storage}`, () => narrowGraph(shape));
  const widen = recipe(`widen-${shape.storage}`, () => widenGraph(shape));
  return [...doubles, ...singles, ...edges, narrow, widen];
}

function layerContext(name: string, shape: FluxShape, weights: Weights): LayerContext {
  const graph = new GraphBuilder(name);
  return { graph, shape, weight: graphWeights(graph, weights) };
}
