import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TensorSource, writeSafetensors } from '@instgenie/checkpoint';

/** The shape of a transformer whose weights are drawn at random. */
export interface RandomShape {
  readonly width: number;
  readonly heads: number;
  readonly doubleBlocks: number;
  readonly singleBlocks: number;
}

/**
 * Writes a checkpoint to `folder`: the base's text encoders and autoencoder, and a transformer of another shape with
 * random weights, for which only time means anything.
 */
export async function writeRandomCheckpoint(folder: string, base: string, shape: RandomShape): Promise<void> {
  await mkdir(join(folder, 'transformer'), { recursive: true });
  for (const part of [
    'model_index.json',
    'scheduler',
    'text_encoder',
    'text_encoder_2',
    'tokenizer',
    'tokenizer_2',
    'vae',
  ]) {
    await cp(join(base, part), join(folder, part), { recursive: true });
  }
  const config = JSON.parse(await readFile(join(base, 'transformer/config.json'), 'utf8')) as TransformerJson;
  const { width, heads, doubleBlocks, singleBlocks } = shape;
  const changed = {
    num_attention_heads: heads,
    attention_head_dim: width / heads,
    num_layers: doubleBlocks,
    num_single_layers: singleBlocks,
  };
  await writeFile(join(folder, 'transformer/config.json'), JSON.stringify({ ...config, ...changed }));
  const tensors = tensorsOf({ ...config, ...changed }, width);
  await writeSafetensors(join(folder, 'transformer/diffusion_pytorch_model.safetensors'), tensors);
}

interface TransformerJson {
  readonly attention_head_dim: number;
  readonly guidance_embeds: boolean;
  readonly in_channels: number;
  readonly joint_attention_dim: number;
  readonly num_layers: number;
  readonly num_single_layers: number;
  readonly out_channels: number;
  readonly pooled_projection_dim: number;
}

function tensorsOf(config: TransformerJson, width: number): readonly TensorSource[] {
  const linear = (name: string, from: number, to: number) => [
    weights(`${name}.weight`, [to, from], 0.5 / Math.sqrt(from)),
    weights(`${name}.bias`, [to], 0.02),
  ];
  const norm = (name: string) => [weights(`${name}.weight`, [config.attention_head_dim], 0.1, 1)];
  const square = (name: string) => linear(name, width, width);
  const mlp = (name: string) => [
    ...linear(`${name}.net.0.proj`, width, 4 * width),
    ...linear(`${name}.net.2`, 4 * width, width),
  ];
  const embedder = (name: string, from: number) => [
    ...linear(`time_text_embed.${name}.linear_1`, from, width),
    ...square(`time_text_embed.${name}.linear_2`),
  ];
  const double = (index: number) => {
    const block = `transformer_blocks.${index}`;
    const projections = ['to_q', 'to_k', 'to_v', 'add_q_proj', 'add_k_proj', 'add_v_proj', 'to_out.0', 'to_add_out'];
    return [
      ...linear(`${block}.norm1.linear`, width, 6 * width),
      ...linear(`${block}.norm1_context.linear`, width, 6 * width),
      ...projections.flatMap((name) => square(`${block}.attn.${name}`)),
      ...['norm_q', 'norm_k', 'norm_added_q', 'norm_added_k'].flatMap((name) => norm(`${block}.attn.${name}`)),
      ...mlp(`${block}.ff`),
      ...mlp(`${block}.ff_context`),
    ];
  };
  const single = (index: number) => {
    const block = `single_transformer_blocks.${index}`;
    return [
      ...linear(`${block}.norm.linear`, width, 3 * width),
      ...linear(`${block}.proj_mlp`, width, 4 * width),
      ...linear(`${block}.proj_out`, 5 * width, width),
      ...['to_q', 'to_k', 'to_v'].flatMap((name) => square(`${block}.attn.${name}`)),
      ...['norm_q', 'norm_k'].flatMap((name) => norm(`${block}.attn.${name}`)),
    ];
  };
  return [
    ...linear('x_embedder', config.in_channels, width),
    ...linear('context_embedder', config.joint_attention_dim, width),
    ...embedder('timestep_embedder', 256),
    ...embedder('text_embedder', config.pooled_projection_dim),
    ...(config.guidance_embeds ? embedder('guidance_embedder', 256) : []),
    ...Array.from({ length: config.num_layers }, (_, index) => double(index)).flat(),
    ...Array.from({ length: config.num_single_layers }, (_, index) => single(index)).flat(),
    ...linear('norm_out.linear', width, 2 * width),
    ...linear('proj_out', width, config.out_channels),
  ];
}

/** Uniform values around `centre`, the same for the same name. */
function weights(name: string, shape: readonly number[], spread: number, centre = 0): TensorSource {
  const chunks = function* () {
    const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
    let state = Buffer.from(name).reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7);
    for (let at = 0; at < values.length; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      values[at] = centre + spread * (state / 2 ** 31 - 1);
    }
    yield new Uint8Array(values.buffer);
  };
  return { name, dtype: 'F32', shape, chunks };
}
