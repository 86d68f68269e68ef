import type { GraphBuilder, Value } from '@instgenie/onnx';
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
  /** For each request: text from, to; image from, to, rows of `query`; from, to of its part of `order`. int64 [requests, 6]. */
  readonly spans: Value;
  /**
   * For each request, for each head, where each of its keys (text rows, then tokens in reading order) lies among the
   * heads of the computed rows and the stored ones below them: row x heads + head. int64, one after the other.
   */
  readonly order: Value;
  /** For each possible request: stored keys and values [tokens, width], or no rows where a block computes them all. */
  readonly stored: readonly { readonly key: Value; readonly value: Value }[];
}

/** Declares the inputs that attention takes in every block. */
export function attentionInputs({ graph, shape }: LayerContext): Pick<AttentionInputs, 'spans' | 'order' | 'stored'> {
  return {
    spans: graph.input('spans', 'int64', ['requests', 6]),
    order: graph.input('order', 'int64', ['keys']),
    stored: Array.from({ length: batchMax }, (_, request) => ({
      key: graph.input(`key_${request}`, 'float32', [`tokens_${request}`, shape.width]),
      value: graph.input(`value_${request}`, 'float32', [`tokens_${request}`, shape.width]),
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
  const { query, order } = inputs;
  returns(alone, [attend(alone, { inputs, request: 0, query, order }, shape)], shape);
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
  const parts = inputs.stored.map((_, request) => {
    if (request < 2) return member(graph, { inputs, request, shape });
    const there = graph.branch(`there${request}`);
    returns(there, member(there, { inputs, request, shape }), shape);
    const absent = graph.branch(`absent${request}`);
    const nothing = absent.floats([], [0, shape.width]);
    returns(absent, [nothing, nothing], shape);
    const isThere = graph.op('Greater', [requests, graph.ints([request], [])]);
    return graph.ops('If', [isThere], 2, { then_branch: there, else_branch: absent });
  });
  return graph.op('Concat', [...parts.map(([text]) => text), ...parts.map(([, image]) => image)], { axis: 0n });
}

/** Attention of one request of a batch: its text rows and its fresh image rows. */
function member(
  graph: GraphBuilder,
  { inputs, request, shape }: Omit<BatchContext, 'requests'> & { readonly request: number },
): readonly Value[] {
  const span = graph.op('Gather', [inputs.spans, graph.ints([request], [])]);
  const [textFrom, textTo, imageFrom, imageTo, orderFrom, orderTo] = graph.ops('Split', [span], 6, { num_outputs: 6n });
  const cut = (x: Value, from: Value | undefined, to: Value | undefined) =>
    graph.op('Slice', [x, from, to, graph.ints([0])]);
  const rows = [cut(inputs.query, textFrom, textTo), cut(inputs.query, imageFrom, imageTo)];
  const query = graph.op('Concat', rows, { axis: 0n });
  const result = attend(graph, { inputs, request, query, order: cut(inputs.order, orderFrom, orderTo) }, shape);
  const textCount = graph.op('Sub', [textTo, textFrom]);
  const imageCount = graph.op('Sub', [imageTo, imageFrom]);
  return graph.ops('Split', [result, graph.op('Concat', [textCount, imageCount], { axis: 0n })], 2, { axis: 0n });
}

interface RequestAttention {
  readonly inputs: AttentionInputs;
  readonly request: number;
  readonly query: Value;
  readonly order: Value;
}

/**
 * Attention of one request: softmax(q k^T / sqrt(headDim)) v for each head, [rows, width]. Heads are the operator's
 * batch: gathered head by head, keys and values already lie as it wants them.
 */
function attend(graph: GraphBuilder, { inputs, request, query, order }: RequestAttention, shape: FluxShape): Value {
  const stored = inputs.stored[request];
  if (stored === undefined) throw new RangeError(`no inputs for request ${request}`);
  const { heads, headDim, width } = shape;
  const byHead = graph.op('Reshape', [order, graph.ints([heads, -1])]);
  const gathered = (computed: readonly Value[], storedRows: Value) => {
    const rows = graph.op('Concat', [...computed, storedRows], { axis: 0n });
    return graph.op('Gather', [graph.op('Reshape', [rows, graph.ints([-1, headDim])]), byHead], { axis: 0n });
  };
  const swapped = (x: Value) => graph.op('Transpose', [x], { perm: [1n, 0n, 2n] });
  const operands = [
    swapped(graph.op('Reshape', [query, graph.ints([-1, heads, headDim])])),
    gathered(inputs.keys, stored.key),
    gathered(inputs.values, stored.value),
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
