import type { ChunkGate, ChunkOutcome } from '@instgenie/domain';
import type { ActivationKind } from './activation-layout.ts';
import type { StepActivations } from './activations.ts';

/** Brings what the blocks of one step read of a template's activations, block by block. */
export interface BlockSource {
  /** Activations that hold `kind` of a block now. */
  at(block: number, kind: ActivationKind): Promise<StepActivations>;
  /** Says that a block was run: what it read is not needed any more. */
  done(block: number): void;
}

/** A template's own forward, run as far as it is needed. */
export interface RunningForward {
  readonly activations: StepActivations;
  /** Runs the blocks up to and including `block` that have not run yet. */
  reach(block: number): Promise<void>;
}

/** Activations that the template's own forward makes just before they are needed. */
export class ForwardSource implements BlockSource {
  readonly #forward: RunningForward;

  constructor(forward: RunningForward) {
    this.#forward = forward;
  }

  async at(block: number): Promise<StepActivations> {
    await this.#forward.reach(block);
    return this.#forward.activations;
  }

  done(): void {}
}

/** What waiting for loads came to. */
export interface LoadCounts {
  waitMs: number;
  /** Blocks whose activations were computed because they did not come. */
  blocksRecomputed: number;
}

export interface StoredSourceFields {
  readonly stored: StepActivations;
  /** The way out when a chunk fails or is late. */
  readonly forward: () => RunningForward;
  readonly deadlineMs: number;
  readonly counts: LoadCounts;
}

/**
 * Stored activations, waited for chunk by chunk. When a chunk fails or does not come in time, the template's own
 * forward takes over for it, and for every later chunk that is not there when its block begins: a step waits for a
 * slow tier once.
 */
export class StoredSource implements BlockSource {
  readonly #fields: StoredSourceFields;
  #isPatient = true;

  constructor(fields: StoredSourceFields) {
    this.#fields = fields;
  }

  async at(block: number, kind: ActivationKind): Promise<StepActivations> {
    const { stored, forward, counts } = this.#fields;
    const { gate, layout } = stored;
    if (gate === undefined || this.#await(gate, layout.place(block, kind).chunk) === 'ready') return stored;
    this.#isPatient = false;
    counts.blocksRecomputed++;
    const running = forward();
    await running.reach(block);
    return running.activations;
  }

  done(block: number): void {
    const { gate, layout } = this.#fields.stored;
    gate?.useUp((block + 1) * layout.chunksPerBlock);
  }

  #await(gate: ChunkGate, chunk: number): ChunkOutcome {
    const known = gate.outcome(chunk);
    if (known !== undefined) return known;
    if (!this.#isPatient) return 'late';
    const began = performance.now();
    const outcome = gate.wait(chunk, this.#fields.deadlineMs);
    this.#fields.counts.waitMs += performance.now() - began;
    return outcome;
  }
}
