import assert from 'node:assert/strict';

/** Names a variant: lower-case hexadecimal SHA-256 of everything that changes a value of its activations. */
export type VariantKey = string & { readonly __brand: 'VariantKey' };

const isVariantKey = (text: string): text is VariantKey => /^[0-9a-f]{64}$/.test(text);

/** The only way to make a VariantKey: text from outside is checked here, once. */
export function variantKey(text: string): VariantKey {
  assert(isVariantKey(text), 'a variant key is 64 hexadecimal digits');
  return text;
}

/** Where activations can be, from the fastest to load to the slowest; `none` means computing them again. */
export const tiers = ['memory', 'disk', 'peer', 'none'] as const;
export type Tier = (typeof tiers)[number];

/**
 * How the values of activations are kept: as computed; as half precision; or as 8-bit integers with a float32 scale for
 * each row and head, value = integer x scale.
 */
export const storageTypes = ['fp32', 'fp16', 'int8'] as const;
export type StorageType = (typeof storageTypes)[number];

/** Chunks are a multiple of this many bytes, and lie on such a multiple in files and in memory: what direct I/O asks for. */
export const chunkAlignment = 4096;

/** How the activations of a variant are cut. The store does not look inside a chunk. */
export interface VariantShape {
  /** Steps of the schedule whose activations are kept, ascending; the first one is 0. */
  readonly steps: readonly number[];
  /** Bytes of each chunk of a step, in order; every step has the same. */
  readonly chunkBytes: readonly number[];
}

/** Bytes of all chunks of a step. */
export function stepBytes({ chunkBytes }: Pick<VariantShape, 'chunkBytes'>): number {
  return chunkBytes.reduce((sum, bytes) => sum + bytes, 0);
}

/** The steps whose activations are kept: 0, `every`, 2 `every`, ... below `steps`. */
export function keptSteps(steps: number, every: number): readonly number[] {
  assert(Number.isInteger(steps) && steps > 0 && Number.isInteger(every) && every > 0, 'keptSteps: counts from 1 on');
  return Array.from({ length: Math.ceil(steps / every) }, (_, kept) => kept * every);
}

/** The kept step that serves `step`: the last one that is not after it. */
export function keptStep({ steps }: Pick<VariantShape, 'steps'>, step: number): number {
  const kept = steps.findLast((candidate) => candidate <= step);
  assert(kept !== undefined, `no kept step serves step ${step}`);
  return kept;
}
