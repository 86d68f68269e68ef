import type { GraphBuilder, Value } from '@instgenie/onnx';
import type { LayerContext } from './layers.ts';
import type { FluxShape } from './shape.ts';

/** The most requests that one run of a block takes. */
export const batchMax = 8;

/** Keys or values of a block's rows: text rows of every request, then its image rows (fresh, then projected). */
export interface Streams {
  readonly text: Value;
  readonly image: Value;
}

export interface AttentionInputs {
  /** Queries of the fresh rows [rows, width]: text of every request, then images. */
  readonly query: Value;
  readonly key: Streams;
  readonly value: Streams;
  /** Where each row of `image` stands among its request's keys: text rows + token index, int64 [rows, 1]. */
  readonly slots: Value;
  /** For each request: text from, to; fresh image from, to; projected from, to; int64 [requests, 6]. */
  readonly spans: Value;
  /** Stored keys and values of each possible request [tokens, width]; rows that are computed are overwritten. */
  readonly stored: readonly { readonly key: Value; readonly value: Value }[];
}

/** Declares the inputs that attention takes in every block. */
export function attentionInputs({ graph, shape }: LayerContext): Pick<AttentionInputs, 'slots' | 'spans' | 'stored'> {
  return {
    slots: graph.input('slots', 'int64', ['image_rows', 1]),
    spans: graph.input('spans', 'int64', ['requests', 6]),
    stored: Array.from({ length: batchMax }, (_, request) => ({
      key: graph.input(`key_${request}`, 'float32', [`tokens_${request}`, shape.width]),
      value: graph.input(`value_${request}`, 'float32', [`tokens_${request}`, shape.width]),
    })),
  };
}

/**
 * Attention of each request's fresh rows over its own text rows and all of its tokens, in the order (text, tokens in
 * reading order) whatever the mask, so that the order of a sum never depends on it.
 * Returns [fresh rows, width] in the order of `query`.
 *
 * A lone request takes a path without slicing; a batch takes one branch for each request that is there.
 */
export function raggedAttention({ graph, shape }: LayerContext, inputs: AttentionInputs): Value {
  const requests = graph.op('Gather', [graph.op('Shape', [inputs.spans]), graph.ints([0], [])]);
  const alone = graph.branch('alone');
  const { query, key, value, slots } = inputs;
  returns(alone, [attend(alone, { query, key, value, slots, stored: storedOf(inputs, 0) }, shape)], shape);
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
  const axis = graph.ints([0]);
  const span = graph.op('Gather', [inputs.spans, graph.ints([request], [])]);
  const [textFrom, textTo, freshFrom, freshTo, projectedFrom, projectedTo] = graph.ops('Split', [span], 6, {
    num_outputs: 6n,
  });
  const cut = (x: Value, from: Value | undefined, to: Value | undefined) => graph.op('Slice', [x, from, to, axis]);
  const join = (...rows: readonly Value[]) => graph.op('Concat', rows, { axis: 0n });
  const images = (x: Value) => join(cut(x, freshFrom, freshTo), cut(x, projectedFrom, projectedTo));
  const streams = ({ text, image }: Streams) => ({ text: cut(text, textFrom, textTo), image: images(image) });
  const textRows = graph.op('Gather', [graph.op('Shape', [inputs.key.text]), graph.ints([0])]);
  const imagesOfQuery = graph.op('Slice', [inputs.query, textRows, graph.ints([2 ** 31 - 1]), axis]);
  const result = attend(
    graph,
    {
      query: join(cut(inputs.query, textFrom, textTo), cut(imagesOfQuery, freshFrom, freshTo)),
      key: streams(inputs.key),
      value: streams(inputs.value),
      slots: images(inputs.slots),
      stored: storedOf(inputs, request),
    },
    shape,
  );
  const textCount = graph.op('Sub', [textTo, textFrom]);
  const freshCount = graph.op('Sub', [freshTo, freshFrom]);
  const lengths = graph.op('Concat', [textCount, freshCount], { axis: 0n });
  return graph.ops('Split', [result, lengths], 2, { axis: 0n });
}

interface LoneAttention {
  readonly query: Value;
  readonly key: Streams;
  readonly value: Streams;
  readonly slots: Value;
  readonly stored: { readonly key: Value; readonly value: Value };
}

/** Attention of one request: softmax(q k^T / sqrt(headDim)) v for each head, [rows, width]. */
function attend(graph: GraphBuilder, { query, key, value, slots, stored }: LoneAttention, shape: FluxShape): Value {
  const sequence = (x: Value) => graph.op('Reshape', [x, graph.ints([1, -1, shape.width])]);
  const all = ({ text, image }: Streams, storedRows: Value) =>
    sequence(graph.op('ScatterND', [graph.op('Concat', [text, storedRows], { axis: 0n }), slots, image]));
  const inputs = [sequence(query), all(key, stored.key), all(value, stored.value)];
  const result = graph.op('com.microsoft:MultiHeadAttention', inputs, { num_heads: BigInt(shape.heads) });
  return graph.op('Reshape', [result, graph.ints([-1, shape.width])]);
}

function storedOf({ stored }: AttentionInputs, request: number): { readonly key: Value; readonly value: Value } {
  const found = stored[request];
  if (found === undefined) throw new RangeError(`no inputs for request ${request}`);
  return found;
}

/** Declares a branch's results, rows of `width` channels. */
function returns(branch: GraphBuilder, values: readonly Value[], { width }: FluxShape): void {
  for (const [index, value] of values.entries()) {
    branch.output(branch.unique(`result${index}`), value, 'float32', [branch.unique('rows'), width]);
  }
}
