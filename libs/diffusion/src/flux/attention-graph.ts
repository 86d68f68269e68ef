import type { GraphBuilder, Value } from '@instgenie/onnx';
import { type StoredRows, storedInput, widened } from '../storage-graphs.ts';
import type { LayerContext } from './layers.ts';
import type { FluxShape } from './shape.ts';

/** The most requests that one run of a block takes. */
export const batchMax = 8;

export interface AttentionInputs {
  /** Queries of the fresh rows [rows, width]: text of every request, then images. */
  readonly query: Value;
  /** Computed keys and values: text rows of every request, fresh image rows, projected image rows; one matrix or more. */
  readonly keys: readonly Value[];
  readonly values: readonly Value[];
  /** For each request: text from, to; image from, to, rows of `query`; from, to in `own`; from, to in `order`. int64 [requests, 8]. */
  readonly spans: Value;
  /** For each request, which computed rows are its own, ascending. int64, one after the other. */
  readonly own: Value;
  /**
   * For each request, for each head, where each of its keys (text rows, then tokens in reading order) lies among the
   * heads of its own computed rows and the stored ones below them: row x heads + head. int64, one after the other.
   */
  readonly order: Value;
  /** For each possible request: stored keys and values [tokens, width], or no rows where a block computes them all. */
  readonly stored: readonly { readonly key: StoredRows; readonly value: StoredRows }[];
}

/** Declares the inputs that attention takes in every block. */
export function attentionInputs({
  graph,
  shape,
}: LayerContext): Pick<AttentionInputs, 'spans' | 'own' | 'order' | 'stored'> {
  return {
    spans: graph.input('spans', 'int64', ['requests', 8]),
    own: graph.input('own', 'int64', ['computed']),
    order: graph.input('order', 'int64', ['keys']),
    stored: Array.from({ length: batchMax }, (_, request) => ({
      key: storedInput(graph, `key_${request}`, shape),
      value: storedInput(graph, `value_${request}`, shape),
    })),
  };
}

/**
 * Attention of each request's fresh rows over its own text rows and all of its tokens. Keys are brought into reading
 * order whatever the mask and wherever they come from, so that the order of a sum never depends on it.
 * Returns [fresh rows, width] in the order of `query`.
 *
 * A lone request takes a path without slicing; a batch takes one branch for each request that is there.
 */
export function raggedAttention({ graph, shape }: LayerContext, inputs: AttentionInputs): Value {
  const requests = graph.op('Gather', [graph.op('Shape', [inputs.spans]), graph.ints([0], [])]);
  const alone = graph.branch('alone');
  returns(alone, [attend(alone, { ...inputs, stored: inputs.stored[0] }, shape)], shape);
  const batch = graph.branch('batch');
  returns(batch, [batched(batch, { inputs, requests, shape })], shape);
  const isAlone = graph.op('Equal', [requests, graph.ints([1], [])]);
  return graph.op('If', [isAlone], { then_branch: alone, else_branch: batch });
}

interface BatchContext {
  readonly inputs: AttentionInputs;
  readonly requests: Value;
  readonly shape: FluxShape;
}

function batched(graph: GraphBuilder, { inputs, requests, shape }: BatchContext): Value {
  const keys = [oneMatrix(graph, inputs.keys)];
  const values = [oneMatrix(graph, inputs.values)];
  const parts = inputs.stored.map((_, request) => {
    const fields = { inputs: { ...inputs, keys, values }, request, shape };
    if (request < 2) return member(graph, fields);
    const there = graph.branch(`there${request}`);
    returns(there, member(there, fields), shape);
    const absent = graph.branch(`absent${request}`);
    const nothing = absent.floats([], [0, shape.width]);
    returns(absent, [nothing, nothing], shape);
    const isThere = graph.op('Greater', [requests, graph.ints([request], [])]);
    return graph.ops('If', [isThere], 2, { then_branch: there, else_branch: absent });
  });
  return graph.op('Concat', [...parts.map(([text]) => text), ...parts.map(([, image]) => image)], { axis: 0n });
}

function oneMatrix(graph: GraphBuilder, parts: readonly Value[]): Value {
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : graph.op('Concat', parts, { axis: 0n });
}

/** Attention of one request of a batch: its text rows and its fresh image rows. */
function member(
  graph: GraphBuilder,
  { inputs, request, shape }: Omit<BatchContext, 'requests'> & { readonly request: number },
): readonly Value[] {
  const span = graph.op('Gather', [inputs.spans, graph.ints([request], [])]);
  const bounds = graph.ops('Split', [span], 8, { num_outputs: 8n });
  const [textFrom, textTo, imageFrom, imageTo, ownFrom, ownTo, orderFrom, orderTo] = bounds;
  const cut = (x: Value, from: Value | undefined, to: Value | undefined) =>
    graph.op('Slice', [x, from, to, graph.ints([0])]);
  const rows = [cut(inputs.query, textFrom, textTo), cut(inputs.query, imageFrom, imageTo)];
  const query = graph.op('Concat', rows, { axis: 0n });
  const own = cut(inputs.own, ownFrom, ownTo);
  const ownOf = (matrices: readonly Value[]) => matrices.map((rows) => graph.op('Gather', [rows, own], { axis: 0n }));
  const parts = {
    query,
    keys: ownOf(inputs.keys),
    values: ownOf(inputs.values),
    order: cut(inputs.order, orderFrom, orderTo),
    stored: inputs.stored[request],
  };
  const result = attend(graph, parts, shape);
  const textCount = graph.op('Sub', [textTo, textFrom]);
  const imageCount = graph.op('Sub', [imageTo, imageFrom]);
  return graph.ops('Split', [result, graph.op('Concat', [textCount, imageCount], { axis: 0n })], 2, { axis: 0n });
}

type RequestAttention = Pick<AttentionInputs, 'query' | 'keys' | 'values' | 'order'> & {
  readonly stored: AttentionInputs['stored'][number] | undefined;
};

/**
 * Attention of one request: softmax(q k^T / sqrt(headDim)) v for each head, [rows, width]. Heads are the operator's
 * batch: gathered head by head, keys and values already lie as it wants them.
 */
function attend(
  graph: GraphBuilder,
  { query, keys, values, order, stored }: RequestAttention,
  shape: FluxShape,
): Value {
  if (stored === undefined) throw new RangeError('a block has inputs for each possible request');
  const { heads, headDim, width } = shape;
  const byHead = graph.op('Reshape', [order, graph.ints([heads, -1])]);
  const gathered = (computed: readonly Value[], others: StoredRows) => {
    const rows = graph.op('Concat', [...computed, widened(graph, others, shape)], { axis: 0n });
    return graph.op('Gather', [graph.op('Reshape', [rows, graph.ints([-1, headDim])]), byHead], { axis: 0n });
  };
  const swapped = (x: Value) => graph.op('Transpose', [x], { perm: [1n, 0n, 2n] });
  const operands = [
    swapped(graph.op('Reshape', [query, graph.ints([-1, heads, headDim])])),
    gathered(keys, stored.key),
    gathered(values, stored.value),
  ];
  const result = graph.op('com.microsoft:MultiHeadAttention', operands, { num_heads: 1n });
  return graph.op('Reshape', [swapped(result), graph.ints([-1, width])]);
}

/** Declares a branch's results, rows of `width` channels. */
function returns(branch: GraphBuilder, values: readonly Value[], { width }: FluxShape): void {
  for (const [index, value] of values.entries()) {
    branch.output(branch.unique(`result${index}`), value, 'float32', [branch.unique('rows'), width]);
  }
}
