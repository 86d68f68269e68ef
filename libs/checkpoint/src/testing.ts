import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Dtype } from './dtype.ts';
import { type TensorSource, writeSafetensors } from './safetensors-writer.ts';

/** For tests: files that were copied from a real checkpoint. */
export const fixtures = join(import.meta.dirname, '../fixtures');
/** The tiny checkpoint's vocabulary, which is too large to lie here once more. */
export const t5Folder = join(import.meta.dirname, '../../diffusion/fixtures/checkpoints/flux-schnell/tokenizer_2');

/** For tests: an empty folder, removed when the test ends. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** For tests: a one-dimensional tensor of the elements' raw bytes. */
export function tensor(
  name: string,
  dtype: Dtype,
  values: ArrayBufferView & { readonly length: number },
): TensorSource {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dtype, shape: [values.length], chunks: () => [bytes] };
}

/** For tests: a file's bytes from a header, of any truth, and data. */
export function fileBytes(header: unknown, dataBytes = 0): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = Buffer.alloc(8 + json.length + dataBytes);
  bytes.writeBigUInt64LE(BigInt(json.length));
  json.copy(bytes, 8);
  return bytes;
}

/** For tests: writes a text or JSON file and the folders it lies in. */
export async function put(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const isRaw = typeof content === 'string' || content instanceof Uint8Array;
  await writeFile(path, isRaw ? content : JSON.stringify(content));
}

/** For tests: a checkpoint folder of the smallest models there can be, with one tensor each. */
export async function tinyCheckpoint(folder: string): Promise<void> {
  await put(join(folder, 'model_index.json'), {
    _class_name: 'FluxPipeline',
    scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'],
    text_encoder: ['transformers', 'CLIPTextModel'],
    text_encoder_2: ['transformers', 'T5EncoderModel'],
    tokenizer: ['transformers', 'CLIPTokenizer'],
    tokenizer_2: ['transformers', 'T5TokenizerFast'],
    transformer: ['diffusers', 'FluxTransformer2DModel'],
    vae: ['diffusers', 'AutoencoderKL'],
    image_encoder: [null, null],
  });
  await put(join(folder, 'scheduler/scheduler_config.json'), { _class_name: 'FlowMatchEulerDiscreteScheduler' });
  await put(join(folder, 'text_encoder/config.json'), { hidden_size: 8, num_attention_heads: 2, vocab_size: 1014 });
  await put(join(folder, 'text_encoder_2/config.json'), { d_model: 16, feed_forward_proj: 'gated-gelu' });
  await put(join(folder, 'transformer/config.json'), {
    _class_name: 'FluxTransformer2DModel',
    joint_attention_dim: 16,
    pooled_projection_dim: 8,
  });
  await put(join(folder, 'vae/config.json'), {
    _class_name: 'AutoencoderKL',
    block_out_channels: [32, 32, 32, 32],
    down_block_types: Array.from({ length: 4 }, () => 'DownEncoderBlock2D'),
    up_block_types: Array.from({ length: 4 }, () => 'UpDecoderBlock2D'),
    latent_channels: 16,
  });
  for (const path of [
    'transformer/diffusion_pytorch_model.safetensors',
    'vae/diffusion_pytorch_model.safetensors',
    'text_encoder/model.safetensors',
    'text_encoder_2/model.safetensors',
  ]) {
    await writeSafetensors(join(folder, path), [tensor('weight', 'F32', Float32Array.of(1, 2, 3))]);
  }
}
