import { z } from 'zod';
import { count, positive, unused } from './parse.ts';

/** T5EncoderModel with gated gelu_new. The heads together are `heads * headDim` wide, whatever `width` is. */
export interface T5Config {
  readonly width: number;
  readonly mlpWidth: number;
  readonly heads: number;
  readonly headDim: number;
  readonly layers: number;
  readonly vocabulary: number;
  readonly normEpsilon: number;
  /** Relative position bias: half of the buckets for each direction; distances from `maxDistance` share the last. */
  readonly buckets: number;
  readonly maxDistance: number;
}

/** Absent keys have the defaults of transformers. Its default of `feed_forward_proj`, relu, is not implemented. */
export const t5Schema: z.ZodType<T5Config> = z
  .object({
    d_ff: count.default(2048),
    d_kv: count.default(64),
    d_model: count.default(512),
    feed_forward_proj: z.literal('gated-gelu'),
    layer_norm_epsilon: positive.default(1e-6),
    model_type: z.literal('t5').default('t5'),
    num_heads: count.default(8),
    num_layers: count.default(6),
    quantization_config: unused,
    relative_attention_max_distance: count.default(128),
    relative_attention_num_buckets: count.default(32),
    vocab_size: count.default(32128),
  })
  .superRefine((json, context) => {
    const [buckets, distance] = [json.relative_attention_num_buckets, json.relative_attention_max_distance];
    if (buckets % 4 === 0 && distance > buckets / 4) return;
    const message = `expected a multiple of 4, below 4 * relative_attention_max_distance, ${4 * distance}`;
    context.addIssue({ code: 'custom', path: ['relative_attention_num_buckets'], message });
  })
  .transform((json) => ({
    width: json.d_model,
    mlpWidth: json.d_ff,
    heads: json.num_heads,
    headDim: json.d_kv,
    layers: json.num_layers,
    vocabulary: json.vocab_size,
    normEpsilon: json.layer_norm_epsilon,
    buckets: json.relative_attention_num_buckets,
    maxDistance: json.relative_attention_max_distance,
  }));
