import type { AutoencoderConfig, Weights } from '@instgenie/checkpoint';
import { GraphBuilder, type Value } from '@instgenie/onnx';
import { conv, downsample, groupNorm, midBlock, resnet, silu, type VaeContext } from './vae-blocks.ts';
import { graphWeights } from './weights.ts';

/**
 * The encoder: `image` [batch, 3, height, width] in [-1, 1], sides multiples of 16, to `tokens`
 * [batch, height / 16, width / 16, 4 latents]: the mean of the latents, normalised and packed.
 */
export function buildVaeEncoderGraph(config: AutoencoderConfig, weights: Weights): Uint8Array {
  const graph = new GraphBuilder('vae-encoder');
  const context: VaeContext = { graph, weight: graphWeights(graph, weights), groups: config.normGroups };
  const image = graph.input('image', 'float32', ['batch', 3, 'height', 'width']);
  const mean = encode(context, image, config);
  const shifted = graph.op('Sub', [mean, graph.floats([config.shiftFactor], [])]);
  const latents = graph.op('Mul', [shifted, graph.floats([config.scalingFactor], [])]);
  const channels = 4 * config.latentChannels;
  graph.output('tokens', pack(graph, latents, channels), 'float32', ['batch', 'rows', 'columns', channels]);
  return graph.encode();
}

function encode(context: VaeContext, image: Value, config: AutoencoderConfig): Value {
  const { graph } = context;
  const widths = config.levelChannels;
  let channels = widths[0] ?? 0;
  let x = conv(context, image, { name: 'encoder.conv_in', from: 3, to: channels });
  for (const [level, to] of widths.entries()) {
    const name = `encoder.down_blocks.${level}`;
    for (let layer = 0; layer < config.layersPerLevel; layer++) {
      x = resnet(context, x, { name: `${name}.resnets.${layer}`, from: channels, to });
      channels = to;
    }
    if (level + 1 < widths.length) x = downsample(context, x, { name: `${name}.downsamplers.0.conv`, channels: to });
  }
  x = midBlock(context, x, { name: 'encoder.mid_block', channels, isAttentive: config.hasMidAttention });
  x = silu(context, groupNorm(context, x, { name: 'encoder.conv_norm_out', channels }));
  const moments = 2 * config.latentChannels;
  x = conv(context, x, { name: 'encoder.conv_out', from: channels, to: moments });
  if (config.hasQuantConv) x = conv(context, x, { name: 'quant_conv', from: moments, to: moments, side: 1 });
  return graph.op('Slice', [x, graph.ints([0]), graph.ints([config.latentChannels]), graph.ints([1])]);
}

/** 2 x 2 latents to a token: channel c * 4 + dy * 2 + dx. */
function pack(graph: GraphBuilder, latents: Value, channels: number): Value {
  const planes = graph.op('Reshape', [latents, graph.ints([-1, 1, 0, 0])]);
  const squares = graph.op('SpaceToDepth', [planes], { blocksize: 2n });
  const tokens = graph.op('Reshape', [squares, graph.ints([-1, channels, 0, 0])]);
  return graph.op('Transpose', [tokens], { perm: [0n, 2n, 3n, 1n] });
}
