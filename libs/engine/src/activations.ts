import assert from 'node:assert/strict';
import { ChunkGate, type Mode, needsHidden, type StorageType } from '@instgenie/domain';
import { type ActivationKind, ActivationLayout, type ActivationShape } from './activation-layout.ts';
import type { StepBuffer } from './inference-protocol.ts';

/** Stored rows as they lie in memory: fp16 as its bits. */
export type StoredData = Float32Array | Uint16Array | Int8Array;

/** One kind of a block's activations: [tokens, width], and for int8 the scales [tokens, heads]. */
export interface StoredRows {
  readonly data: StoredData;
  readonly scales: Float32Array | undefined;
}

/** Memory that holds a step's activations, or will once its gate says so. */
export interface StepMemory {
  readonly buffer: SharedArrayBuffer;
  /** Where each chunk lies in the buffer, bytes; -1 for chunks that nobody asked for. */
  readonly offsets: readonly number[];
  /** Says which chunks are there; undefined when all are. */
  readonly gate?: ChunkGate | undefined;
}

/** The activations of a template at one kept step, in shared memory. */
export class StepActivations implements StepMemory {
  readonly layout: ActivationLayout;
  readonly buffer: SharedArrayBuffer;
  readonly offsets: readonly number[];
  readonly gate: ChunkGate | undefined;

  constructor(layout: ActivationLayout, memory: StepMemory) {
    this.layout = layout;
    this.buffer = memory.buffer;
    this.offsets = memory.offsets;
    this.gate = memory.gate;
  }

  /** Activations in memory of their own, one chunk after the other; in `buffer` if it is given. */
  static inOnePiece(
    shape: ActivationShape,
    buffer = new SharedArrayBuffer(new ActivationLayout(shape).bytes),
  ): StepActivations {
    const layout = new ActivationLayout(shape);
    assert(buffer.byteLength >= layout.bytes, 'StepActivations: the buffer is too small for the shape');
    let end = 0;
    const offsets = layout.chunkBytes.map((bytes) => {
      end += bytes;
      return end - bytes;
    });
    return new StepActivations(layout, { buffer, offsets });
  }

  /** The same memory, as another thread sent it. */
  static of({ shape, buffer, offsets, gate }: StepBuffer): StepActivations {
    const opening = gate === undefined ? undefined : new ChunkGate(gate);
    return new StepActivations(new ActivationLayout(shape), { buffer, offsets, gate: opening });
  }

  /** What another thread needs to use the same memory. */
  shared(): StepBuffer {
    return { shape: this.shape, buffer: this.buffer, offsets: this.offsets, gate: this.gate?.words };
  }

  get shape(): ActivationShape {
    return this.layout.shape;
  }

  has(kind: ActivationKind): boolean {
    return this.shape.kinds.includes(kind);
  }

  /** Whether a plan of these modes finds all that it reads here. */
  serves(modes: readonly Mode[]): boolean {
    return this.has('hidden') || !needsHidden(modes);
  }

  /** Takes over every kind that this one keeps; the other must have it. */
  copyFrom(other: StepActivations): void {
    for (let block = 0; block < this.shape.blocks; block++) {
      for (const kind of this.shape.kinds) {
        const [to, from] = [this.rows(block, kind), other.rows(block, kind)];
        to.data.set(from.data);
        to.scales?.set(from.scales ?? []);
      }
    }
  }

  /** Rows of a block; valid as long as the memory. */
  rows(block: number, kind: ActivationKind): StoredRows {
    const { tokens, width, heads, storage } = this.shape;
    const { chunk, data, scales } = this.layout.place(block, kind);
    const offset = this.offsets[chunk];
    assert(offset !== undefined && offset >= 0, `chunk ${chunk} was not asked for`);
    return {
      data: views[storage](this.buffer, offset + data, tokens * width),
      scales: scales === undefined ? undefined : new Float32Array(this.buffer, offset + scales, tokens * heads),
    };
  }
}

const views = {
  fp32: (buffer, offset, length) => new Float32Array(buffer, offset, length),
  fp16: (buffer, offset, length) => new Uint16Array(buffer, offset, length),
  int8: (buffer, offset, length) => new Int8Array(buffer, offset, length),
} as const satisfies Record<StorageType, (buffer: SharedArrayBuffer, offset: number, length: number) => StoredData>;
