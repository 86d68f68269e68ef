import type { Mode } from '@instgenie/domain';
import type { ActivationShape } from './activation-layout.ts';
import { StepActivations } from './activations.ts';

/** Chunks by the tier they were found in. */
export type ChunksFound = Readonly<Record<'memory' | 'disk' | 'peer', number>>;

/** Activations that are lent, to be read or to be filled; their memory is valid until they are given back. */
export interface LentStep {
  readonly activations: StepActivations;
  /** How long a block waits for a chunk that is on its way before it is computed instead. */
  readonly deadlineMs?: number;
  /** How many of its chunks were where, for those who count. */
  readonly found?: ChunksFound;
  release(): void;
}

/** Keeps the activations of one template, or brings them from where they are kept. */
export interface StepKeeper {
  /**
   * The activations of a kept step for blocks of these modes, there or on their way (their gate tells); undefined where
   * they are not kept. Never waits.
   */
  borrow(kept: number, modes: readonly Mode[]): LentStep | undefined;
  /** Memory for a step that is about to be computed; undefined where it is not to be kept, or is being computed already. */
  room(kept: number): LentStep | undefined;
  /** Takes over what `room` gave, filled. Settles when more can be taken. */
  keep(kept: number, filled: LentStep): Promise<void>;
  /** What an encoder made of the template's picture, by name: as it is kept, else as `encode` makes it. */
  encoded(name: string, encode: () => Promise<Float32Array>): Promise<Float32Array>;
}

/** Encodings that are kept in memory: of the picture, and of the masks that were used last. */
const encodingsMax = 8;

/** Keeps every step in memory of its own, for as long as it lives itself. */
export class MemoryKeeper implements StepKeeper {
  readonly #shape: ActivationShape;
  readonly #kept = new Map<number, StepActivations>();
  /** In the order of their last use. */
  readonly #encodings = new Map<string, Promise<Float32Array>>();

  constructor(shape: ActivationShape) {
    this.#shape = shape;
  }

  borrow(kept: number, modes: readonly Mode[]): LentStep | undefined {
    const activations = this.#kept.get(kept);
    return activations?.serves(modes) === true ? lent(activations) : undefined;
  }

  room(kept: number): LentStep | undefined {
    return this.#kept.has(kept) ? undefined : lent(StepActivations.inOnePiece(this.#shape));
  }

  keep(kept: number, { activations }: LentStep): Promise<void> {
    this.#kept.set(kept, activations);
    return Promise.resolve();
  }

  encoded(name: string, encode: () => Promise<Float32Array>): Promise<Float32Array> {
    const known = this.#encodings.get(name) ?? encode();
    this.#encodings.delete(name);
    this.#encodings.set(name, known);
    known.catch(() => this.#encodings.delete(name));
    for (const oldest of this.#encodings.keys()) {
      if (this.#encodings.size <= encodingsMax) break;
      this.#encodings.delete(oldest);
    }
    return known;
  }
}

function lent(activations: StepActivations): LentStep {
  return { activations, release: () => undefined };
}
