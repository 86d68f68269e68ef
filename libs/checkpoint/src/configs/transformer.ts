import { z } from 'zod';
import { count, shortList, unused } from './parse.ts';

/** FluxTransformer2DModel. Its width is `heads * headDim`. */
export interface TransformerConfig {
  readonly heads: number;
  readonly headDim: number;
  /** How `headDim` is split among (0, row, column) for the rotary embedding. Each part is even. */
  readonly ropeAxes: readonly number[];
  readonly doubleBlocks: number;
  readonly singleBlocks: number;
  /** Channels of a packed token at the input: 64, or 384 with the condition channels of Fill. */
  readonly inChannels: number;
  readonly outChannels: number;
  /** Width of the T5 sequence. */
  readonly textDim: number;
  /** Width of CLIP's pooled text. */
  readonly pooledDim: number;
  readonly hasGuidance: boolean;
}

/** Absent keys have diffusers' defaults. */
export const transformerSchema: z.ZodType<TransformerConfig> = z
  .object({
    _class_name: z.literal('FluxTransformer2DModel'),
    attention_head_dim: count.default(128),
    axes_dims_rope: shortList(count).default([16, 56, 56]),
    guidance_embeds: z.boolean().default(false),
    in_channels: count.default(64),
    joint_attention_dim: count.default(4096),
    num_attention_heads: count.default(24),
    num_layers: count.default(19),
    num_single_layers: count.default(38),
    out_channels: count.nullable().default(null),
    patch_size: z.literal(1).default(1),
    pooled_projection_dim: count.default(768),
    quantization_config: unused,
  })
  .superRefine(({ axes_dims_rope: axes, attention_head_dim: headDim }, context) => {
    const isSplit = axes.reduce((sum, axis) => sum + axis, 0) === headDim;
    if (isSplit && axes.length === 3 && axes.every((axis) => axis % 2 === 0)) return;
    const message = `expected three even numbers with the sum of attention_head_dim, ${headDim}`;
    context.addIssue({ code: 'custom', path: ['axes_dims_rope'], message });
  })
  .transform((json) => ({
    heads: json.num_attention_heads,
    headDim: json.attention_head_dim,
    ropeAxes: json.axes_dims_rope,
    doubleBlocks: json.num_layers,
    singleBlocks: json.num_single_layers,
    inChannels: json.in_channels,
    outChannels: json.out_channels ?? json.in_channels,
    textDim: json.joint_attention_dim,
    pooledDim: json.pooled_projection_dim,
    hasGuidance: json.guidance_embeds,
  }));
