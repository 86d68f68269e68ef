import type { GraphBuilder, Value } from '@instgenie/onnx';
import type { WeightSource } from './layers.ts';

/** What the pieces of an autoencoder's graph share. */
export interface VaeContext {
  readonly graph: GraphBuilder;
  readonly weight: WeightSource;
  /** Groups of every group norm. */
  readonly groups: number;
}

/** A layer that keeps the number of channels. */
export interface Layer {
  readonly name: string;
  readonly channels: number;
}

export interface ConvShape {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Side of the kernel; 3 where nothing is said. */
  readonly side?: 1 | 3;
}

/** A convolution that keeps height and width. */
export function conv({ graph, weight }: VaeContext, x: Value, { name, from, to, side = 3 }: ConvShape): Value {
  const inputs = [x, weight(`${name}.weight`, [to, from, side, side]), weight(`${name}.bias`, [to])];
  const pad = BigInt((side - 1) / 2);
  return graph.op('Conv', inputs, { kernel_shape: [BigInt(side), BigInt(side)], pads: [pad, pad, pad, pad] });
}

/** Halves height and width. The picture is padded at its right and bottom only. */
export function downsample({ graph, weight }: VaeContext, x: Value, { name, channels }: Layer): Value {
  const inputs = [x, weight(`${name}.weight`, [channels, channels, 3, 3]), weight(`${name}.bias`, [channels])];
  return graph.op('Conv', inputs, { kernel_shape: [3n, 3n], strides: [2n, 2n], pads: [0n, 0n, 1n, 1n] });
}

/**
 * Doubles height and width by repetition, then convolves with a 3 x 3 kernel. Each result pixel sees only 2 x 2 different
 * inputs, so the four pixels that grow from one are four convolutions with kernels of 2 x 2, whose taps are sums of
 * the checkpoint's: 4 / 9 of the multiplications. The sums are made once, when the graph is loaded.
 */
export function upsample({ graph, weight }: VaeContext, x: Value, { name, channels }: Layer): Value {
  const kernel = weight(`${name}.weight`, [channels, channels, 3, 3]);
  const bias = weight(`${name}.bias`, [channels]);
  const pixels = (dy: 0 | 1, dx: 0 | 1) => {
    const columns = graph.op('MatMul', [kernel, graph.floats(tapSums[dx].columns, [3, 2])]);
    const taps = graph.op('MatMul', [graph.floats(tapSums[dy].rows, [2, 3]), columns]);
    const pads = [1 - dy, 1 - dx, dy, dx].map(BigInt);
    return graph.op('Conv', [x, taps, bias], { kernel_shape: [2n, 2n], pads });
  };
  const alternate = (first: Value, second: Value, axis: number) => {
    const [a, b] = [first, second].map((part) => graph.op('Unsqueeze', [part, graph.ints([axis])]));
    return graph.op('Concat', [a, b], { axis: BigInt(axis) });
  };
  const lines = (dy: 0 | 1) => alternate(pixels(dy, 0), pixels(dy, 1), 4);
  const twice = graph.op('Mul', [graph.op('Shape', [x]), graph.ints([1, 1, 2, 2])]);
  return graph.op('Reshape', [alternate(lines(0), lines(1), 3), twice]);
}

/** Which taps of three see the same input once it is repeated: for the first of two pixels, and for the second. */
const tapSums = [
  { rows: [1, 0, 0, 0, 1, 1], columns: [1, 0, 0, 1, 0, 1] },
  { rows: [1, 1, 0, 0, 0, 1], columns: [1, 0, 1, 0, 0, 1] },
] as const;

/**
 * Normalises each group of channels of [batch, channels, height, width], then scales and shifts each channel. Spelled
 * out: ONNX Runtime expands GroupNormalization into slower steps, and its InstanceNormalization has one thread.
 */
export function groupNorm({ graph, weight, groups }: VaeContext, x: Value, { name, channels }: Layer): Value {
  const grouped = (value: Value) => graph.op('Reshape', [value, graph.ints([0, groups, -1])]);
  const mean = groupMean(graph, x, groups);
  const centred = graph.op('Reshape', [graph.op('Sub', [grouped(x), mean]), graph.op('Shape', [x])]);
  const variance = groupMean(graph, graph.op('Mul', [centred, centred]), groups);
  const deviation = graph.op('Sqrt', [graph.op('Add', [variance, graph.floats([1e-6], [])])]);
  const ofChannel = (layer: string) =>
    graph.op('Reshape', [weight(`${name}.${layer}`, [channels]), graph.ints([1, groups, -1])]);
  const scale = graph.op('Div', [ofChannel('weight'), deviation]);
  const shift = graph.op('Sub', [ofChannel('bias'), graph.op('Mul', [mean, scale])]);
  const planes = (value: Value) => graph.op('Reshape', [value, graph.ints([-1, channels, 1, 1])]);
  return graph.op('Add', [graph.op('Mul', [x, planes(scale)]), planes(shift)]);
}

/** Means of groups [batch, groups, 1], first along lines: one long sum in float32 would lose digits. */
function groupMean(graph: GraphBuilder, x: Value, groups: number): Value {
  const lines = graph.op('ReduceMean', [x, graph.ints([3])]);
  return graph.op('ReduceMean', [graph.op('Reshape', [lines, graph.ints([0, groups, -1])]), graph.ints([2])]);
}

/** x sigmoid(x) */
export function silu({ graph }: VaeContext, x: Value): Value {
  return graph.op('com.microsoft:QuickGelu', [x], { alpha: 1 });
}

/** x + conv(silu(norm(conv(silu(norm(x)))))); x itself goes through a 1 x 1 convolution if the channels change. */
export function resnet(context: VaeContext, x: Value, { name, from, to }: ConvShape): Value {
  const first = silu(context, groupNorm(context, x, { name: `${name}.norm1`, channels: from }));
  const inner = conv(context, first, { name: `${name}.conv1`, from, to });
  const second = silu(context, groupNorm(context, inner, { name: `${name}.norm2`, channels: to }));
  const result = conv(context, second, { name: `${name}.conv2`, from: to, to });
  const kept = from === to ? x : conv(context, x, { name: `${name}.conv_shortcut`, from, to, side: 1 });
  return context.graph.op('Add', [kept, result]);
}

/** Resnet, attention if the model has it, resnet. */
export function midBlock(
  context: VaeContext,
  x: Value,
  { name, channels, isAttentive }: Layer & { readonly isAttentive: boolean },
): Value {
  const shape = { from: channels, to: channels };
  const first = resnet(context, x, { name: `${name}.resnets.0`, ...shape });
  const middle = isAttentive ? attention(context, first, { name: `${name}.attentions.0`, channels }) : first;
  return resnet(context, middle, { name: `${name}.resnets.1`, ...shape });
}

/** x + attention of every place to every other, one head of all channels. Scores are never held as a whole. */
function attention(context: VaeContext, x: Value, { name, channels }: Layer): Value {
  const { graph, weight } = context;
  const places = graph.op('Reshape', [
    groupNorm(context, x, { name: `${name}.group_norm`, channels }),
    graph.ints([0, channels, -1]),
  ]);
  const rows = graph.op('Transpose', [places], { perm: [0n, 2n, 1n] });
  const flat = graph.op('Reshape', [rows, graph.ints([-1, channels])]);
  const linear = (input: Value, layer: string) => {
    const weights = [
      weight(`${name}.${layer}.weight`, [channels, channels]),
      weight(`${name}.${layer}.bias`, [channels]),
    ];
    return graph.op('Reshape', [graph.op('Gemm', [input, ...weights], { transB: 1n }), graph.op('Shape', [rows])]);
  };
  const inputs = [linear(flat, 'to_q'), linear(flat, 'to_k'), linear(flat, 'to_v')];
  const attended = graph.op('com.microsoft:MultiHeadAttention', inputs, { num_heads: 1n });
  const out = linear(graph.op('Reshape', [attended, graph.ints([-1, channels])]), 'to_out.0');
  const channelsFirst = graph.op('Transpose', [out], { perm: [0n, 2n, 1n] });
  return graph.op('Add', [x, graph.op('Reshape', [channelsFirst, graph.op('Shape', [x])])]);
}
