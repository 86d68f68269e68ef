import assert from 'node:assert/strict';
import type { Mode } from '@instgenie/domain';
import { sharedFloats } from './shared.ts';

/** What is kept of a block: keys and values for mode `kv`, the hidden state for mode `x` and for `full` after either. */
export type ActivationKind = 'key' | 'value' | 'hidden';

export interface ActivationShape {
  readonly tokens: number;
  readonly width: number;
  readonly blocks: number;
  readonly kinds: readonly ActivationKind[];
}

/** Keys and values alone: enough for plans of `kv` with `full` blocks before them. */
export const kvKinds: readonly ActivationKind[] = ['key', 'value'];
/** Enough for every plan, half as large again. */
export const allKinds: readonly ActivationKind[] = ['key', 'value', 'hidden'];

/** Whether blocks of these modes read the hidden state: mode x, or full after another mode. */
export function needsHidden(modes: readonly Mode[]): boolean {
  return modes.some((mode, block) => mode === 'x' || (mode === 'full' && block > 0 && modes[block - 1] !== 'full'));
}

/** Bytes of one step's activations in float32. */
export function activationBytes({ tokens, width, blocks, kinds }: ActivationShape): number {
  return tokens * width * blocks * kinds.length * Float32Array.BYTES_PER_ELEMENT;
}

/**
 * The activations of a template at one step: for each block, in order, its kinds in the order of `shape.kinds`, each
 * float32 [tokens, width] in reading order. One shared buffer, so that a step is one sequential read.
 */
export class StepActivations {
  readonly shape: ActivationShape;
  readonly buffer: SharedArrayBuffer;

  constructor(shape: ActivationShape, buffer: SharedArrayBuffer = sharedFloats(activationBytes(shape) / 4).buffer) {
    assert(buffer.byteLength >= activationBytes(shape), 'StepActivations: the buffer is too small for the shape');
    this.shape = shape;
    this.buffer = buffer;
  }

  has(kind: ActivationKind): boolean {
    return this.shape.kinds.includes(kind);
  }

  /** Takes over every kind that this one keeps; the other must have it. */
  copyFrom(other: StepActivations): void {
    for (let block = 0; block < this.shape.blocks; block++) {
      for (const kind of this.shape.kinds) this.rows(block, kind).set(other.rows(block, kind));
    }
  }

  /** [tokens, width] of a block; valid as long as the buffer. */
  rows(block: number, kind: ActivationKind): Float32Array<SharedArrayBuffer> {
    const { tokens, width, blocks, kinds } = this.shape;
    const at = kinds.indexOf(kind);
    assert(at >= 0 && block >= 0 && block < blocks, `StepActivations: no ${kind} of block ${block}`);
    const length = tokens * width;
    return new Float32Array(this.buffer, (block * kinds.length + at) * length * Float32Array.BYTES_PER_ELEMENT, length);
  }
}
