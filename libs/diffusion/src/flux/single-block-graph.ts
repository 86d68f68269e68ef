import { attentionInputs, raggedAttention } from './attention-graph.ts';
import {
  firstRows,
  gatedAdd,
  headNorm,
  type LayerContext,
  lastRows,
  linear,
  linearGelu,
  modulatedNorm,
  modulationParts,
  rotate,
} from './layers.ts';

/**
 * Builds a single block: text and image rows go through the same layers, attention and MLP side by side.
 * Rows: text of every request, fresh image rows of every request, rows that are only projected to keys and values.
 */
export function singleBlockGraph(context: LayerContext, index: number): Uint8Array {
  const { graph, shape } = context;
  const { width } = shape;
  const name = `single_transformer_blocks.${index}`;
  const rows = graph.input('rows', 'float32', ['rows', width]);
  const modulation = graph.input('modulation', 'float32', ['requests', 3 * width]);
  const owner = graph.input('owner', 'int64', ['owners']);
  const textCount = graph.input('text_count', 'int64', [1]);
  const freshCount = graph.input('fresh_count', 'int64', [1]);
  const table = {
    index: graph.input('rotary', 'int64', ['rows', 1]),
    cos: graph.input('cos', 'float32', ['table', shape.headDim / 2]),
    sin: graph.input('sin', 'float32', ['table', shape.headDim / 2]),
  };
  const inputs = attentionInputs(context);

  const [shift, scale, gate] = modulationParts(context, { modulation, owner, count: 3 });
  if (shift === undefined || scale === undefined || gate === undefined) throw new RangeError('three parts expected');
  const normal = modulatedNorm(context, rows, { shift, scale });
  const fresh = firstRows(context, normal, freshCount);
  const project = (x: typeof rows, layer: string) =>
    linear(context, x, { name: `${name}.attn.${layer}`, from: width, to: width });
  const query = headNorm(context, project(fresh, 'to_q'), `${name}.attn.norm_q`);
  const key = rotate(context, headNorm(context, project(normal, 'to_k'), `${name}.attn.norm_k`), table);
  const value = project(normal, 'to_v');
  const streams = (x: typeof rows) => ({
    text: firstRows(context, x, textCount),
    image: lastRows(context, x, textCount),
  });
  const keys = streams(key);
  const values = streams(value);
  const attention = raggedAttention(context, {
    ...inputs,
    query: rotate(context, query, { ...table, index: firstRows(context, table.index, freshCount) }),
    key: keys,
    value: values,
  });
  const mlp = linearGelu(context, fresh, { name: `${name}.proj_mlp`, from: width, to: 4 * width });
  const joined = graph.op('Concat', [attention, mlp], { axis: 1n });
  const y = linear(context, joined, { name: `${name}.proj_out`, from: 5 * width, to: width });
  const result = gatedAdd(context, firstRows(context, rows, freshCount), {
    gate: firstRows(context, gate, freshCount),
    y,
  });

  graph.output('rows_out', result, 'float32', ['fresh', width]);
  graph.output('keys', keys.image, 'float32', ['image_rows', width]);
  graph.output('values', values.image, 'float32', ['image_rows', width]);
  return graph.encode();
}
