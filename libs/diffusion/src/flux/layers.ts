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

/** Layer norm without weights, then x (1 + scale) + shift; `scale` and `shift` have one row or one for each row of `x`. */
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

/** The parts of a modulation of `count` x width channels, for each row: [1, width], or [rows, width] in a batch. */
export function modulationParts(
  { graph }: LayerContext,
  { modulation, owner, count }: { readonly modulation: Value; readonly owner: Value; readonly count: number },
): readonly Value[] {
  const rows = graph.op('Gather', [modulation, owner], { axis: 0n });
  return graph.ops('Split', [rows], count, { axis: 1n, num_outputs: BigInt(count) });
}
