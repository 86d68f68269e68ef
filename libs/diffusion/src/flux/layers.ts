import type { GraphBuilder, Value } from '@instgenie/onnx';
import type { FluxShape } from './shape.ts';

/** Adds a weight of the checkpoint to the graph; throws when it is missing or has another shape. */
export type WeightSource = (name: string, shape: readonly number[]) => Value;

/** What every layer of a graph needs. */
export interface LayerContext {
  readonly graph: GraphBuilder;
  readonly weight: WeightSource;
  readonly shape: FluxShape;
}

/** Larger than any row count, smaller than int32's end: "to the end" of a Slice. */
const end = 2 ** 31 - 1;

/** x W^T + b, rows of `x` two-dimensional. The weight stays in the checkpoint's layout [out, in]. */
export function linear(
  { graph, weight }: LayerContext,
  x: Value,
  { name, from, to }: { readonly name: string; readonly from: number; readonly to: number },
): Value {
  const inputs = [x, weight(`${name}.weight`, [to, from]), weight(`${name}.bias`, [to])];
  return graph.op('Gemm', inputs, { transB: 1n });
}

/** The same, then GELU in its tanh form. The bias is added inside the activation: one pass over memory less. */
export function linearGelu(
  { graph, weight }: LayerContext,
  x: Value,
  { name, from, to }: { readonly name: string; readonly from: number; readonly to: number },
): Value {
  const product = graph.op('Gemm', [x, weight(`${name}.weight`, [to, from])], { transB: 1n });
  return graph.op('com.microsoft:FastGelu', [product, weight(`${name}.bias`, [to])]);
}

/**
 * Layer norm without weights, then x (1 + scale) + shift; `scale` and `shift` have one row or one for each row of `x`.
 * Not as inputs of the norm itself: its kernel rounds otherwise when every row has a scale of its own.
 */
export function modulatedNorm(
  { graph, shape }: LayerContext,
  x: Value,
  { shift, scale }: { readonly shift: Value; readonly scale: Value },
): Value {
  const ones = graph.floats(new Float32Array(shape.width).fill(1));
  const normal = graph.op('LayerNormalization', [x, ones], { axis: -1n, epsilon: 1e-6 });
  const scaled = graph.op('Mul', [normal, graph.op('Add', [scale, graph.floats([1], [])])]);
  return graph.op('Add', [scaled, shift]);
}

/** x + gate y */
export function gatedAdd({ graph }: LayerContext, x: Value, { gate, y }: { readonly gate: Value; readonly y: Value }) {
  return graph.op('Add', [x, graph.op('Mul', [gate, y])]);
}

/** Root-mean-square norm of each head of [rows, width], with a learned weight of one head. */
export function headNorm({ graph, weight, shape }: LayerContext, x: Value, name: string): Value {
  const heads = graph.op('Reshape', [x, graph.ints([-1, shape.heads, shape.headDim])]);
  const inputs = [heads, weight(`${name}.weight`, [shape.headDim])];
  const normal = graph.op('RMSNormalization', inputs, { axis: -1n, epsilon: 1e-6 });
  return graph.op('Reshape', [normal, graph.ints([-1, shape.width])]);
}

/** Where each row stands in the rotary tables. */
export interface Rotary {
  /** Index into the tables for each row, int64 [rows, 1]. */
  readonly index: Value;
  /** [table, headDim / 2] */
  readonly cos: Value;
  readonly sin: Value;
}

/** Declares the rotary inputs: rows that give queries, and rows that give keys (those and the projected ones). */
export function rotaryInputs({ graph, shape }: LayerContext): { readonly query: Rotary; readonly key: Rotary } {
  const cos = graph.input('cos', 'float32', ['table', shape.headDim / 2]);
  const sin = graph.input('sin', 'float32', ['table', shape.headDim / 2]);
  return {
    query: { index: graph.input('query_rotary', 'int64', ['query_rows', 1]), cos, sin },
    key: { index: graph.input('key_rotary', 'int64', ['key_rows', 1]), cos, sin },
  };
}

/** Turns each pair (2j, 2j + 1) of every head of [rows, width] by its row's angle. */
export function rotate({ graph, shape }: LayerContext, x: Value, { index, cos, sin }: Rotary): Value {
  const alone = graph.op('Reshape', [x, graph.ints([-1, 1, shape.width])]);
  const attributes = { interleaved: 1n, num_heads: BigInt(shape.heads) };
  const turned = graph.op('com.microsoft:RotaryEmbedding', [alone, index, cos, sin], attributes);
  return graph.op('Reshape', [turned, graph.ints([-1, shape.width])]);
}

/** Rows from 0 to `count` (int64 [1]). */
export function firstRows({ graph }: LayerContext, x: Value, count: Value): Value {
  return graph.op('Slice', [x, graph.ints([0]), count, graph.ints([0])]);
}

/** Rows from `count` (int64 [1]) to the end. */
export function lastRows({ graph }: LayerContext, x: Value, count: Value): Value {
  return graph.op('Slice', [x, count, graph.ints([end]), graph.ints([0])]);
}

/** As many values as `Count`. */
type Parts<Count extends number, Found extends readonly Value[] = []> = Found['length'] extends Count
  ? Found
  : Parts<Count, readonly [...Found, Value]>;

/**
 * The parts of a modulation of `count` x width channels: [1, width], or in a batch one row for each row of the stream.
 * Declares the input `owner`, which says what request each row belongs to; a lone 0 for one request, which broadcasts.
 */
export function modulationParts<Count extends number>(
  { graph }: LayerContext,
  { modulation, owner, count }: { readonly modulation: Value; readonly owner: string; readonly count: Count },
): Parts<Count> {
  const rows = graph.op('Gather', [modulation, graph.input(owner, 'int64', [`${owner}s`])], { axis: 0n });
  return graph.ops('Split', [rows], count, { axis: 1n, num_outputs: BigInt(count) }) as Parts<Count>;
}

/**
 * `normal` and below it the rows of the input `projected`, normed and modulated alike (shift and scale are the first
 * two parts of the modulation).
 */
export function withProjected(
  context: LayerContext,
  normal: Value,
  { modulation, count }: { readonly modulation: Value; readonly count: 3 | 6 },
): Value {
  const { graph, shape } = context;
  const projected = graph.input('projected', 'float32', ['projected_rows', shape.width]);
  const [shift, scale] = modulationParts(context, { modulation, owner: 'projected_owner', count });
  return graph.op('Concat', [normal, modulatedNorm(context, projected, { shift, scale })], { axis: 0n });
}
