import { z } from 'zod';
import { count, positive, shortList, unused } from './parse.ts';

/** AutoencoderKL: RGB in and out; each level but the last halves the sides. */
export interface AutoencoderConfig {
  /** Channels of each level, the finest first. */
  readonly levelChannels: readonly number[];
  readonly layersPerLevel: number;
  readonly latentChannels: number;
  readonly normGroups: number;
  /** Normalised latents = (mean - shiftFactor) * scalingFactor. */
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  readonly hasQuantConv: boolean;
  readonly hasPostQuantConv: boolean;
  readonly hasMidAttention: boolean;
  /** Side in pixels of the pictures that it was made for. */
  readonly sampleSize: number;
}

/** Absent keys have diffusers' defaults, but for the sample size: theirs, 32, is no picture that anybody edits. */
export const autoencoderSchema: z.ZodType<AutoencoderConfig> = z
  .object({
    _class_name: z.literal('AutoencoderKL'),
    act_fn: z.literal('silu').default('silu'),
    block_out_channels: shortList(count).default([64]),
    down_block_types: shortList(z.literal('DownEncoderBlock2D')).default(['DownEncoderBlock2D']),
    in_channels: z.literal(3).default(3),
    latent_channels: count.default(4),
    latents_mean: unused,
    latents_std: unused,
    layers_per_block: count.default(1),
    mid_block_add_attention: z.boolean().default(true),
    norm_num_groups: count.default(32),
    out_channels: z.literal(3).default(3),
    sample_size: count.default(512),
    scaling_factor: positive.default(0.18215),
    shift_factor: z.number().nullable().default(null),
    up_block_types: shortList(z.literal('UpDecoderBlock2D')).default(['UpDecoderBlock2D']),
    use_post_quant_conv: z.boolean().default(true),
    use_quant_conv: z.boolean().default(true),
  })
  .superRefine((json, context) => {
    const levels = json.block_out_channels.length;
    for (const key of ['down_block_types', 'up_block_types'] as const) {
      if (json[key].length === levels) continue;
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `expected ${levels} blocks, one for each of block_out_channels`,
      });
    }
    if (json.block_out_channels.every((channels) => channels % json.norm_num_groups === 0)) return;
    const message = `expected multiples of norm_num_groups, ${json.norm_num_groups}`;
    context.addIssue({ code: 'custom', path: ['block_out_channels'], message });
  })
  .transform((json) => ({
    levelChannels: json.block_out_channels,
    layersPerLevel: json.layers_per_block,
    latentChannels: json.latent_channels,
    normGroups: json.norm_num_groups,
    scalingFactor: json.scaling_factor,
    shiftFactor: json.shift_factor ?? 0,
    hasQuantConv: json.use_quant_conv,
    hasPostQuantConv: json.use_post_quant_conv,
    hasMidAttention: json.mid_block_add_attention,
    sampleSize: json.sample_size,
  }));
