import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ServiceError, tokenSide } from '@instgenie/domain';
import { type AutoencoderConfig, autoencoderSchema } from './configs/autoencoder.ts';
import { type ClipConfig, clipSchema } from './configs/clip.ts';
import { readConfig } from './configs/parse.ts';
import { type PipelineClass, pipelineSchema } from './configs/pipeline.ts';
import { type SchedulerConfig, schedulerSchema } from './configs/scheduler.ts';
import { type T5Config, t5Schema } from './configs/t5.ts';
import { type TransformerConfig, transformerSchema } from './configs/transformer.ts';
import { fingerprint } from './fingerprint.ts';
import { hasFile, readSmallFile } from './json-file.ts';
import { type ClipTokenizer, openClipTokenizer } from './text/clip-tokenizer.ts';
import { openT5Tokenizer, type T5Tokenizer } from './text/t5-tokenizer.ts';
import { tokenizerBytesMax, tokenizerFiles } from './text/tokenizer-files.ts';
import { openWeights, type Weights } from './weights.ts';

/** What the configs of a checkpoint say, all checked to fit each other. */
export interface CheckpointConfigs {
  readonly transformer: TransformerConfig;
  readonly autoencoder: AutoencoderConfig;
  readonly clip: ClipConfig;
  readonly t5: T5Config;
  readonly scheduler: SchedulerConfig;
}

/** The weights of a checkpoint's models. */
export interface CheckpointWeights {
  readonly transformer: Weights;
  readonly autoencoder: Weights;
  readonly clip: Weights;
  readonly t5: Weights;
}

/** A FLUX-class checkpoint in diffusers' folder layout. Valid as long as its files are not changed. */
export interface Checkpoint {
  readonly folder: string;
  readonly pipeline: PipelineClass;
  readonly configs: CheckpointConfigs;
  readonly weights: CheckpointWeights;
  /**
   * Hex SHA-256 of all that decides what the model computes: the configs as understood here, the tokenizers' files, and
   * each weights file's size, header and samples of every tensor (see `fingerprint`). Equal for every copy, on any
   * path and machine; different for a fine-tuning, and also for the same weights in another type or other shards.
   */
  readonly identity: string;
  /** Loaded at the first call. */
  clipTokenizer(): Promise<ClipTokenizer>;
  /** Loaded at the first call. */
  t5Tokenizer(): Promise<T5Tokenizer>;
}

const layout =
  'a diffusers folder holds model_index.json and the folders scheduler, text_encoder, text_encoder_2, tokenizer, ' +
  'tokenizer_2, transformer and vae';

/**
 * Opens a checkpoint: reads and checks its configs and the headers of all weights files, so that a broken one shows
 * at once. Throws `not-found`, `invalid` or `unsupported`, naming the file and the key.
 */
export async function openCheckpoint(folder: string, signal?: AbortSignal): Promise<Checkpoint> {
  try {
    return await open(folder, signal);
  } catch (thrown) {
    if (!(thrown instanceof ServiceError) || thrown.code !== 'not-found') throw thrown;
    throw new ServiceError('not-found', `${thrown.message} (${layout})`, { cause: thrown });
  }
}

async function open(folder: string, signal?: AbortSignal): Promise<Checkpoint> {
  const pipeline = await readConfig(join(folder, 'model_index.json'), pipelineSchema);
  const configs: CheckpointConfigs = {
    transformer: await readConfig(join(folder, 'transformer/config.json'), transformerSchema),
    autoencoder: await readConfig(join(folder, 'vae/config.json'), autoencoderSchema),
    clip: await readConfig(join(folder, 'text_encoder/config.json'), clipSchema),
    t5: await readConfig(join(folder, 'text_encoder_2/config.json'), t5Schema),
    scheduler: await readConfig(join(folder, 'scheduler/scheduler_config.json'), schedulerSchema),
  };
  checkFit(configs, { folder, pipeline });
  const weights: CheckpointWeights = {
    transformer: await openWeights(join(folder, 'transformer'), 'diffusion_pytorch_model'),
    autoencoder: await openWeights(join(folder, 'vae'), 'diffusion_pytorch_model'),
    clip: await openWeights(join(folder, 'text_encoder'), 'model'),
    t5: await openWeights(join(folder, 'text_encoder_2'), 'model'),
  };
  const { clip, t5 } = configs;
  return {
    folder,
    pipeline,
    configs,
    weights,
    identity: await identityOf({ folder, configs, weights }, signal),
    clipTokenizer: once(() =>
      fitting(openClipTokenizer(join(folder, 'tokenizer'), clip.positions), clip.vocabulary, folder),
    ),
    t5Tokenizer: once(() => fitting(openT5Tokenizer(join(folder, 'tokenizer_2')), t5.vocabulary, folder)),
  };
}

/** Widths and channels that two configs must agree about. */
function checkFit(
  { transformer, autoencoder, clip, t5 }: CheckpointConfigs,
  { folder, pipeline }: { readonly folder: string; readonly pipeline: PipelineClass },
): void {
  const latents = 4 * autoencoder.latentChannels;
  const condition = latents + tokenSide * tokenSide;
  const inChannels = pipeline === 'FluxFillPipeline' ? latents + condition : latents;
  const expected = [
    ['transformer/config.json', 'joint_attention_dim', transformer.textDim, t5.width, 'd_model of text_encoder_2'],
    [
      'transformer/config.json',
      'pooled_projection_dim',
      transformer.pooledDim,
      clip.width,
      'hidden_size of text_encoder',
    ],
    ['transformer/config.json', 'out_channels', transformer.outChannels, latents, '4 * latent_channels of vae'],
    ['transformer/config.json', 'in_channels', transformer.inChannels, inChannels, `what a ${pipeline} has`],
    // A token is 2 x 2 latent pixels; each level but the last halves the sides.
    ['vae/config.json', 'block_out_channels.length', autoencoder.levelChannels.length, Math.log2(tokenSide), 'levels'],
  ] as const;
  for (const [file, key, found, want, what] of expected) {
    if (found === want) continue;
    throw new ServiceError('unsupported', `${join(folder, file)}: ${key}: expected ${want} (${what}), found ${found}`, {
      field: key,
    });
  }
}

async function identityOf(
  { folder, configs, weights }: Pick<Checkpoint, 'folder' | 'configs' | 'weights'>,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256').update(`checkpoint 1\n${JSON.stringify(configs)}\n`);
  for (const name of ['tokenizer', 'tokenizer_2']) hash.update(await digestOfTokenizer(join(folder, name)));
  for (const model of [weights.transformer, weights.autoencoder, weights.clip, weights.t5]) {
    hash.update('model\n');
    for (const file of model.files) hash.update(`${await fingerprint(file, signal)}\n`);
  }
  return hash.digest('hex');
}

async function digestOfTokenizer(folder: string): Promise<Buffer> {
  const hash = createHash('sha256');
  let files = 0;
  for (const name of tokenizerFiles) {
    const path = join(folder, name);
    if (!(await hasFile(path))) continue;
    const bytes = await readSmallFile(path, tokenizerBytesMax);
    hash.update(`${name} ${bytes.length}\n`).update(bytes);
    files++;
  }
  if (files === 0)
    throw new ServiceError('not-found', `${folder}: expected one or more of ${tokenizerFiles.join(', ')}`);
  return hash.digest();
}

/** A tokenizer whose every id has a row in the encoder's embedding. */
async function fitting<T extends { readonly vocabulary: number }>(
  opening: Promise<T>,
  rows: number,
  folder: string,
): Promise<T> {
  const tokenizer = await opening;
  if (tokenizer.vocabulary <= rows) return tokenizer;
  throw new ServiceError(
    'invalid',
    `${folder}: a tokenizer has ${tokenizer.vocabulary} ids, but its text encoder a vocab_size of ${rows}`,
    { field: 'vocab_size' },
  );
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}
