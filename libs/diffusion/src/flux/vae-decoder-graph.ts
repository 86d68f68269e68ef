import type { AutoencoderConfig, Weights } from '@instgenie/checkpoint';
import { GraphBuilder, type Value } from '@instgenie/onnx';
import { conv, groupNorm, midBlock, resnet, silu, upsample, type VaeContext } from './vae-blocks.ts';
import { graphWeights } from './weights.ts';

/**
 * The decoder: `tokens` [batch, rows, columns, 4 latents], normalised and packed as the encoder leaves them, to `image`
 * [batch, 3, 16 rows, 16 columns] around [-1, 1], not clamped.
 */
export function buildVaeDecoderGraph(config: AutoencoderConfig, weights: Weights): Uint8Array {
  const graph = new GraphBuilder('vae-decoder');
  const context: VaeContext = { graph, weight: graphWeights(graph, weights), groups: config.normGroups };
  const tokens = graph.input('tokens', 'float32', ['batch', 'rows', 'columns', 4 * config.latentChannels]);
  const scaled = graph.op('Div', [
    unpack(graph, tokens, config.latentChannels),
    graph.floats([config.scalingFactor], []),
  ]);
  const latents = graph.op('Add', [scaled, graph.floats([config.shiftFactor], [])]);
  const image = decode(context, latents, config);
  graph.output('image', image, 'float32', ['batch', 3, 'height', 'width']);
  return graph.encode();
}

function decode(context: VaeContext, latents: Value, config: AutoencoderConfig): Value {
  const widths = config.levelChannels.toReversed();
  const from = config.latentChannels;
  let channels = widths[0] ?? 0;
  let x = latents;
  if (config.hasPostQuantConv) x = conv(context, x, { name: 'post_quant_conv', from, to: from, side: 1 });
  x = conv(context, x, { name: 'decoder.conv_in', from, to: channels });
  x = midBlock(context, x, { name: 'decoder.mid_block', channels, isAttentive: config.hasMidAttention });
  for (const [level, to] of widths.entries()) {
    const name = `decoder.up_blocks.${level}`;
    for (let layer = 0; layer <= config.layersPerLevel; layer++) {
      x = resnet(context, x, { name: `${name}.resnets.${layer}`, from: channels, to });
      channels = to;
    }
    if (level + 1 < widths.length) x = upsample(context, x, { name: `${name}.upsamplers.0.conv`, channels: to });
  }
  x = silu(context, groupNorm(context, x, { name: 'decoder.conv_norm_out', channels }));
  return conv(context, x, { name: 'decoder.conv_out', from: channels, to: 3 });
}

/** Tokens to 2 x 2 latents: channel c * 4 + dy * 2 + dx. */
function unpack(graph: GraphBuilder, tokens: Value, latentChannels: number): Value {
  const squares = graph.op('Transpose', [tokens], { perm: [0n, 3n, 1n, 2n] });
  const planes = graph.op('DepthToSpace', [graph.op('Reshape', [squares, graph.ints([-1, 4, 0, 0])])], {
    blocksize: 2n,
  });
  return graph.op('Reshape', [planes, graph.ints([-1, latentChannels, 0, 0])]);
}
