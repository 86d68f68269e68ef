import { ServiceError } from '@instgenie/domain';
import type { TensorRef } from './dtype.ts';
import { openFile, openSafetensors, type SafetensorsFile } from './safetensors.ts';
import { readFloats } from './tensor-data.ts';
import { findWeights, type WeightStem } from './weight-files.ts';

/** A model's named tensors. Refs stay valid as long as the files are not changed. */
export interface Weights {
  /** The files they lie in, each once. */
  readonly files: readonly SafetensorsFile[];
  names(): readonly string[];
  has(name: string): boolean;
  /** Where a tensor lies. Throws `invalid` if there is none, or if `shape` is given and another was found. */
  get(name: string, shape?: readonly number[]): TensorRef;
  /** A tensor's values, widened to float32. Throws as `get` does, and `unsupported` if that would round. */
  read(name: string, shape?: readonly number[]): Promise<Float32Array>;
}

/**
 * Opens a model's weights: all headers are read and checked, no values.
 * Throws `not-found`, `invalid` or `unsupported`, naming the file and the key.
 */
export async function openWeights(folder: string, stem: WeightStem): Promise<Weights> {
  const found = await findWeights(folder, stem);
  if (found.kind === 'single') return await openWeightsFile(found.path);
  const files = new Map<string, SafetensorsFile>();
  for (const path of new Set(found.shardOf.values())) files.set(path, await openShard(path, found.index));
  const refs = new Map<string, TensorRef>();
  for (const [name, path] of found.shardOf) {
    const ref = files.get(path)?.tensors.get(name);
    if (ref === undefined) {
      throw new ServiceError('invalid', `${path}: expected the tensor ${name}, as ${found.index} says`, {
        field: name,
      });
    }
    refs.set(name, ref);
  }
  return new FileWeights(folder, [...files.values()], refs);
}

/** Opens one safetensors file of any name as weights. Throws as `openWeights` does. */
export async function openWeightsFile(path: string): Promise<Weights> {
  const file = await openSafetensors(path);
  return new FileWeights(path, [file], file.tensors);
}

async function openShard(path: string, index: string): Promise<SafetensorsFile> {
  try {
    return await openSafetensors(path);
  } catch (thrown) {
    if (!(thrown instanceof ServiceError) || thrown.code !== 'not-found') throw thrown;
    throw new ServiceError('not-found', `${path}: missing, but named in ${index}`, { cause: thrown });
  }
}

/** Weights over files whose headers are read. `label` names the whole in errors. */
export class FileWeights implements Weights {
  readonly files: readonly SafetensorsFile[];
  readonly #label: string;
  readonly #refs: ReadonlyMap<string, TensorRef>;

  constructor(label: string, files: readonly SafetensorsFile[], refs: ReadonlyMap<string, TensorRef>) {
    this.#label = label;
    this.files = files;
    this.#refs = refs;
  }

  names(): readonly string[] {
    return [...this.#refs.keys()];
  }

  has(name: string): boolean {
    return this.#refs.has(name);
  }

  get(name: string, shape?: readonly number[]): TensorRef {
    const ref = this.#refs.get(name);
    if (ref === undefined) {
      const expected = shape === undefined ? '' : ` of shape ${shown(shape)}`;
      throw new ServiceError('invalid', `${this.#label}: expected a tensor ${name}${expected}, found none`, {
        field: name,
      });
    }
    if (shape !== undefined && !isSameShape(ref.shape, shape)) {
      throw new ServiceError(
        'invalid',
        `${ref.path}: ${name}: expected shape ${shown(shape)}, found ${shown(ref.shape)}`,
        { field: name },
      );
    }
    return ref;
  }

  async read(name: string, shape?: readonly number[]): Promise<Float32Array> {
    const ref = this.get(name, shape);
    await using handle = await openFile(ref.path);
    return await readFloats(handle, ref);
  }
}

function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}

function shown(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
