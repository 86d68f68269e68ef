import type { Value } from '@instgenie/onnx';
import { attentionInputs, raggedAttention } from './attention-graph.ts';
import {
  gatedAdd,
  headNorm,
  type LayerContext,
  linear,
  linearGelu,
  modulatedNorm,
  modulationParts,
  rotaryInputs,
  rotate,
  withProjected,
} from './layers.ts';

/**
 * Builds a single block: text and image rows go through the same layers, attention and MLP side by side.
 * `rows`: text of every request, then fresh image rows of every request. `projected`: image rows that only give keys
 * and values.
 */
export function singleBlockGraph(context: LayerContext, index: number): Uint8Array {
  const { graph, shape } = context;
  const { width } = shape;
  const name = `single_transformer_blocks.${index}`;
  const rows = graph.input('rows', 'float32', ['rows', width]);
  const modulation = graph.input('modulation', 'float32', ['requests', 3 * width]);
  const [shift, scale, gate] = modulationParts(context, { modulation, owner: 'owner', count: 3 });
  const rotary = rotaryInputs(context);

  const normal = modulatedNorm(context, rows, { shift, scale });
  const all = withProjected(context, normal, { modulation, count: 3 });
  const square = (x: Value, layer: string) =>
    linear(context, x, { name: `${name}.attn.${layer}`, from: width, to: width });
  const query = rotate(context, headNorm(context, square(normal, 'to_q'), `${name}.attn.norm_q`), rotary.query);
  const key = rotate(context, headNorm(context, square(all, 'to_k'), `${name}.attn.norm_k`), rotary.key);
  const value = square(all, 'to_v');
  const attention = raggedAttention(context, { ...attentionInputs(context), query, keys: [key], values: [value] });
  const mlp = linearGelu(context, normal, { name: `${name}.proj_mlp`, from: width, to: 4 * width });
  const joined = graph.op('Concat', [attention, mlp], { axis: 1n });
  const y = linear(context, joined, { name: `${name}.proj_out`, from: 5 * width, to: width });

  graph.output('rows_out', gatedAdd(context, rows, { gate, y }), 'float32', ['rows', width]);
  graph.output('keys', key, 'float32', ['all_rows', width]);
  graph.output('values', value, 'float32', ['all_rows', width]);
  return graph.encode();
}
