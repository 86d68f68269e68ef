import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ServiceError } from '@instgenie/domain';
import { isMissing, isRecord, readJson, shownJson } from './json-file.ts';

/** `model` for text encoders (transformers), `diffusion_pytorch_model` for the rest (diffusers). */
export type WeightStem = 'model' | 'diffusion_pytorch_model';

/** Which files of a folder hold a model's weights, and, if they are shards, which tensor lies in which. */
export type WeightFiles =
  | { readonly kind: 'single'; readonly path: string }
  | { readonly kind: 'sharded'; readonly index: string; readonly shardOf: ReadonlyMap<string, string> };

const otherFormats = /\.(bin|pt|pth|ckpt|msgpack|h5|gguf|onnx)$/;

/**
 * Finds a folder's weights: `STEM.safetensors`, else `STEM.safetensors.index.json` and its shards, else the one
 * variant there is (`STEM.fp16.safetensors`, `STEM.safetensors.index.fp16.json`).
 * Throws `not-found`, `unsupported` where there are weights but no safetensors, or `invalid` for a false index.
 */
export async function findWeights(folder: string, stem: WeightStem): Promise<WeightFiles> {
  const names = await listFolder(folder);
  const single = `${stem}.safetensors`;
  const index = `${stem}.safetensors.index.json`;
  if (names.includes(single)) return { kind: 'single', path: join(folder, single) };
  if (names.includes(index)) return readIndex(folder, index);
  const variants = names.filter((name) => isVariant(name, stem));
  const [variant] = variants;
  if (variant === undefined) throw noWeights(folder, stem, names);
  if (variants.length > 1) {
    throw new ServiceError('invalid', `${folder}: expected one variant of ${single}, found ${variants.join(', ')}`);
  }
  return variant.endsWith('.json') ? readIndex(folder, variant) : { kind: 'single', path: join(folder, variant) };
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (thrown) {
    if (isMissing(thrown)) throw new ServiceError('not-found', `${folder}: no such folder`, { cause: thrown });
    throw thrown;
  }
}

/** `STEM.VARIANT.safetensors` or `STEM.safetensors.index.VARIANT.json`, but no shard. */
function isVariant(name: string, stem: WeightStem): boolean {
  if (!name.startsWith(`${stem}.`)) return false;
  return /^(\w+\.safetensors|safetensors\.index\.\w+\.json)$/.test(name.slice(stem.length + 1));
}

function noWeights(folder: string, stem: WeightStem, names: readonly string[]): ServiceError {
  const others = names.filter((name) => otherFormats.test(name));
  const expected = `expected ${stem}.safetensors or ${stem}.safetensors.index.json with its shards`;
  if (others.length > 0) {
    return new ServiceError(
      'unsupported',
      `${folder}: ${expected}; only safetensors are read, found ${others.join(', ')}`,
    );
  }
  return new ServiceError('not-found', `${folder}: ${expected}, found ${names.join(', ') || 'an empty folder'}`);
}

async function readIndex(folder: string, name: string): Promise<WeightFiles> {
  const index = join(folder, name);
  const json = await readJson(index);
  const map = isRecord(json) ? json['weight_map'] : undefined;
  if (!isRecord(map)) {
    throw new ServiceError('invalid', `${index}: expected an object weight_map`, { field: 'weight_map' });
  }
  const shardOf = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(map)) {
    if (typeof shard !== 'string' || !isPlainName(shard) || tensor === '__proto__') {
      throw new ServiceError(
        'invalid',
        `${index}: ${shownJson(tensor)}: expected the name of a .safetensors file in this folder, ` +
          `found ${shownJson(shard)}`,
        { field: tensor },
      );
    }
    shardOf.set(tensor, join(folder, shard));
  }
  if (shardOf.size === 0) throw new ServiceError('invalid', `${index}: weight_map is empty`, { field: 'weight_map' });
  return { kind: 'sharded', index, shardOf };
}

/** No folder in it: an index must not lead out of its own. */
function isPlainName(name: string): boolean {
  return /^[^/\\\0]+\.safetensors$/.test(name) && basename(name) === name;
}
