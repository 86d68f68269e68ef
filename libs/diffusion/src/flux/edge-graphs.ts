import type { Value } from '@instgenie/onnx';
import { type LayerContext, linear, modulatedNorm, modulationParts } from './layers.ts';
import { sinusoidWidth } from './sinusoid.ts';

/** Builds the graph that turns latents (and, for Fill, their condition) into rows of the first block. */
export function embedGraph(context: LayerContext): Uint8Array {
  const { graph, shape } = context;
  const latents = graph.input('latents', 'float32', ['image_rows', shape.inChannels]);
  const rows = linear(context, latents, { name: 'x_embedder', from: shape.inChannels, to: shape.width });
  graph.output('rows_out', rows, 'float32', ['image_rows', shape.width]);
  return graph.encode();
}

/** Builds the graph that turns image rows of the last block into velocities. The norm's parts: scale, then shift. */
export function headGraph(context: LayerContext): Uint8Array {
  const { graph, shape } = context;
  const rows = graph.input('rows', 'float32', ['image_rows', shape.width]);
  const modulation = graph.input('modulation', 'float32', ['requests', 2 * shape.width]);
  const [scale, shift] = modulationParts(context, { modulation, owner: 'owner', count: 2 });
  const normal = modulatedNorm(context, rows, { shift, scale });
  const velocity = linear(context, normal, { name: 'proj_out', from: shape.width, to: shape.outChannels });
  graph.output('velocity', velocity, 'float32', ['image_rows', shape.outChannels]);
  return graph.encode();
}

/** The modulations that `conditionerGraph` returns, in order: a name and how many times the width each has. */
export function modulationNames({ shape }: Pick<LayerContext, 'shape'>): readonly ModulationName[] {
  const doubles = Array.from({ length: shape.doubleBlocks }, (_, block) => [
    { name: `image_${block}`, layer: `transformer_blocks.${block}.norm1.linear`, parts: 6 },
    { name: `text_${block}`, layer: `transformer_blocks.${block}.norm1_context.linear`, parts: 6 },
  ]);
  const singles = Array.from({ length: shape.singleBlocks }, (_, block) => ({
    name: `joint_${shape.doubleBlocks + block}`,
    layer: `single_transformer_blocks.${block}.norm.linear`,
    parts: 3,
  }));
  return [...doubles.flat(), ...singles, { name: 'head', layer: 'norm_out.linear', parts: 2 }];
}

export interface ModulationName {
  readonly name: string;
  readonly layer: string;
  readonly parts: number;
}

/**
 * Builds the graph that computes, once for an edit, all that depends on its prompt, guidance and noise levels alone:
 * the text rows entering block 0 and every block's modulation for every step. Their weights are as large as a third
 * of the blocks', so reading them at each step would cost as much as the masked rows do.
 *
 * One row a step; at least two (onnxruntime has another kernel for one row).
 */
export function conditionerGraph(context: LayerContext): Uint8Array {
  const { graph, shape } = context;
  const sequence = graph.input('sequence', 'float32', ['text_rows', shape.textDim]);
  const text = linear(context, sequence, { name: 'context_embedder', from: shape.textDim, to: shape.width });
  graph.output('text', text, 'float32', ['text_rows', shape.width]);

  const mlp = (x: Value, { name, from }: { readonly name: string; readonly from: number }) => {
    const inner = silu(context, linear(context, x, { name: `${name}.linear_1`, from, to: shape.width }));
    return linear(context, inner, { name: `${name}.linear_2`, from: shape.width, to: shape.width });
  };
  const embed = (input: string, name: string) =>
    mlp(graph.input(input, 'float32', ['steps', sinusoidWidth]), {
      name: `time_text_embed.${name}`,
      from: sinusoidWidth,
    });
  const time = embed('time', 'timestep_embedder');
  const scaled = shape.hasGuidance ? graph.op('Add', [time, embed('guidance', 'guidance_embedder')]) : time;
  const pooled = graph.input('pooled', 'float32', ['steps', shape.pooledDim]);
  const words = mlp(pooled, { name: 'time_text_embed.text_embedder', from: shape.pooledDim });
  const embedding = graph.op('Add', [scaled, words]);
  const active = silu(context, embedding);
  for (const { name, layer, parts } of modulationNames(context)) {
    const modulation = linear(context, active, { name: layer, from: shape.width, to: parts * shape.width });
    graph.output(name, modulation, 'float32', ['steps', parts * shape.width]);
  }
  graph.output('embedding', embedding, 'float32', ['steps', shape.width]);
  return graph.encode();
}

function silu({ graph }: LayerContext, x: Value): Value {
  return graph.op('Mul', [x, graph.op('Sigmoid', [x])]);
}
