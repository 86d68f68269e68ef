import assert from 'node:assert/strict';
import { chunkAlignment, type StorageType } from '@instgenie/domain';

/** What is kept of a block: keys and values for mode `kv`, the hidden state for mode `x` and for `full` after either. */
export type ActivationKind = 'key' | 'value' | 'hidden';

export interface ActivationShape {
  readonly tokens: number;
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
  readonly kinds: readonly ActivationKind[];
  readonly storage: StorageType;
}

/** Keys and values alone: enough for plans of `kv` with `full` blocks before them. */
export const kvKinds: readonly ActivationKind[] = ['key', 'value'];
/** Enough for every plan, half as large again. */
export const allKinds: readonly ActivationKind[] = ['key', 'value', 'hidden'];

const valueBytes = { fp32: 4, fp16: 2, int8: 1 } as const satisfies Record<StorageType, number>;
const scaleBytes = 4;

/** Where one kind lies inside its chunk; `scales` only for int8. Bytes. */
export interface ActivationPlace {
  readonly chunk: number;
  readonly data: number;
  readonly scales: number | undefined;
}

/**
 * How the activations of a step are cut into chunks: for each block, in order, one of keys and values (mode `kv` needs
 * both) and one of the hidden state, as far as they are kept. In a chunk: the data of each kind, [tokens, width] in
 * reading order, then their scales, float32 [tokens, heads].
 */
export class ActivationLayout {
  readonly shape: ActivationShape;
  /** Bytes of each chunk of a step, multiples of `chunkAlignment`. */
  readonly chunkBytes: readonly number[];
  readonly #groups: readonly (readonly ActivationKind[])[];

  constructor(shape: ActivationShape) {
    const { kinds, blocks } = shape;
    const together = kinds.filter((kind) => kind !== 'hidden');
    const alone = kinds.filter((kind) => kind === 'hidden');
    this.shape = shape;
    this.#groups = [together, alone].filter((group) => group.length > 0);
    const bytes = this.#groups.map((group) => aligned(group.length * (this.#dataBytes + this.#scalesBytes)));
    this.chunkBytes = Array.from({ length: blocks }, () => bytes).flat();
  }

  /** Bytes of a step's chunks. */
  get bytes(): number {
    return this.chunkBytes.reduce((sum, bytes) => sum + bytes, 0);
  }

  get chunksPerBlock(): number {
    return this.#groups.length;
  }

  place(block: number, kind: ActivationKind): ActivationPlace {
    const group = this.#groups.findIndex((kinds) => kinds.includes(kind));
    const kinds = this.#groups[group];
    assert(kinds !== undefined && block >= 0 && block < this.shape.blocks, `no ${kind} of block ${block} is kept`);
    const at = kinds.indexOf(kind);
    return {
      chunk: block * this.#groups.length + group,
      data: at * this.#dataBytes,
      scales: this.shape.storage === 'int8' ? kinds.length * this.#dataBytes + at * this.#scalesBytes : undefined,
    };
  }

  get #dataBytes(): number {
    const { tokens, width, storage } = this.shape;
    // Scales follow the data and are float32.
    return Math.ceil((tokens * width * valueBytes[storage]) / scaleBytes) * scaleBytes;
  }

  get #scalesBytes(): number {
    const { tokens, heads, storage } = this.shape;
    return storage === 'int8' ? tokens * heads * scaleBytes : 0;
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / chunkAlignment) * chunkAlignment;
}
