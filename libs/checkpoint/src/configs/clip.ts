import { z } from 'zod';
import { count, positive, unused } from './parse.ts';

/** CLIPTextModel. A head is `width / heads` wide. */
export interface ClipConfig {
  readonly width: number;
  readonly mlpWidth: number;
  readonly heads: number;
  readonly layers: number;
  readonly vocabulary: number;
  /** Most tokens of a prompt. */
  readonly positions: number;
  readonly normEpsilon: number;
  /** Pooled text is taken at the first token of this id; the id 2 means: at the highest id (published files have it). */
  readonly eosTokenId: number;
}

/** Absent keys have the defaults of transformers. */
export const clipSchema: z.ZodType<ClipConfig> = z
  .object({
    eos_token_id: z.int().min(0).default(49407),
    hidden_act: z.literal('quick_gelu').default('quick_gelu'),
    hidden_size: count.default(512),
    intermediate_size: count.default(2048),
    layer_norm_eps: positive.default(1e-5),
    max_position_embeddings: count.min(2).default(77),
    model_type: z.literal('clip_text_model').default('clip_text_model'),
    num_attention_heads: count.default(8),
    num_hidden_layers: count.default(12),
    quantization_config: unused,
    vocab_size: count.default(49408),
  })
  .superRefine(({ hidden_size: width, num_attention_heads: heads }, context) => {
    if (width % heads === 0) return;
    const message = `expected a multiple of num_attention_heads, ${heads}`;
    context.addIssue({ code: 'custom', path: ['hidden_size'], message });
  })
  .transform((json) => ({
    width: json.hidden_size,
    mlpWidth: json.intermediate_size,
    heads: json.num_attention_heads,
    layers: json.num_hidden_layers,
    vocabulary: json.vocab_size,
    positions: json.max_position_embeddings,
    normEpsilon: json.layer_norm_eps,
    eosTokenId: json.eos_token_id,
  }));
