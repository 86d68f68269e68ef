import { type ChunkGate, stepBytes, type VariantShape } from '@instgenie/domain';
import type { ChunkPlace } from './io/io-protocol.ts';
import type { MemoryStep, MemoryTier, Wanted } from './memory/memory-tier.ts';
import { ringOf } from './ring.ts';
import type { StepLoan } from './step-loan.ts';
import type { StepSource } from './step-source.ts';
import type { StoreCounters } from './store-counters.ts';

/** How a step is borrowed. */
export interface LendOptions {
  /** Whether its chunks may take turns where memory is short; true unless told. */
  readonly mayTakeTurns?: boolean;
  /** Whether it counts as a use to who decides what stays in memory; true unless told. */
  readonly isUse?: boolean;
}

/** Lends memory with steps of variants in it, and has what is missing loaded from where it is. */
export class StepLender {
  readonly #arena: SharedArrayBuffer;
  readonly #memory: MemoryTier;
  readonly #counters: StoreCounters;
  readonly #track: (work: Promise<unknown>) => void;

  constructor(fields: {
    readonly arena: SharedArrayBuffer;
    readonly memory: MemoryTier;
    readonly counters: StoreCounters;
    /** Told of every load under way. */
    readonly track: (work: Promise<unknown>) => void;
  }) {
    this.#arena = fields.arena;
    this.#memory = fields.memory;
    this.#counters = fields.counters;
    this.#track = fields.track;
  }

  /** Memory with chunks of a step: there, or on their way in the order given. Undefined where memory is too short. */
  borrow(
    source: StepSource,
    chunks: readonly number[],
    { mayTakeTurns = true, isUse = true }: LendOptions = {},
  ): StepLoan | undefined {
    const { key, step, shape } = source;
    const wanted = this.#memory.want({ key, step, shape, savedMs: savedByMemory(shape), isUse }, chunks);
    if (wanted === undefined) return mayTakeTurns ? this.#ring(source, chunks) : undefined;
    this.#counters.hit('memory', chunks.length - wanted.missing.length);
    this.#counters.hit(source.tier, wanted.missing.length);
    if (wanted.missing.length > 0) this.#track(this.#load(source, wanted));
    const found = { ...nowhere, memory: chunks.length - wanted.missing.length };
    found[source.tier] += wanted.missing.length;
    return this.loan(wanted.step, { found, end: source.hold() });
  }

  /** Lends a step that has its memory; `end` is called once, when the loan ends. */
  loan(
    step: MemoryStep,
    { found = nowhere, end }: { readonly found?: StepLoan['found']; readonly end: () => void },
  ): StepLoan {
    let isOpen = true;
    return {
      found,
      buffer: this.#arena,
      offsets: [...step.offsets],
      gate: step.gate,
      release: () => {
        if (!isOpen) return;
        isOpen = false;
        end();
        this.#memory.release(step);
      },
    };
  }

  /** The step has a user more until its memory is written no more. */
  async #load(source: StepSource, { step, missing }: Wanted): Promise<void> {
    step.users++;
    const outcome = await source.load(
      missing.map((chunk) => placeOf(source, chunk, step.offsets)),
      step.gate.words,
    );
    if (outcome !== 'ready') this.#memory.drop(step.id);
    this.#memory.release(step);
    if (outcome !== 'ready') await source.failed(outcome);
  }

  /** A loan whose chunks take turns in what memory there is. */
  #ring(source: StepSource, chunks: readonly number[]): StepLoan | undefined {
    const { chunkBytes } = source.shape;
    const slotBytes = Math.max(...chunks.map((chunk) => chunkBytes[chunk] ?? 0));
    const slots: number[] = [];
    // Half of the memory, so that the next step can have a ring too.
    const slotsMax = Math.max(2, Math.floor(this.#arena.byteLength / slotBytes / 2));
    while (slots.length < Math.min(chunks.length, slotsMax)) {
      const start = this.#memory.take(slotBytes);
      if (start === undefined) break;
      slots.push(start);
    }
    if (slots.length < 2) {
      for (const start of slots) this.#memory.give(start);
      return undefined;
    }
    const ring = ringOf(chunks, { count: chunkBytes.length, slots });
    const end = source.hold();
    const loan = { isOpen: true };
    this.#counters.hit(source.tier, chunks.length);
    const load = async () => {
      const reads: Promise<void>[] = [];
      for (const { chunk, after } of ring.turns) {
        // In short waits: the loan may end before its step does.
        while (loan.isOpen && !(await ring.gate.usedUp(after, 50)));
        if (!loan.isOpen) break;
        reads.push(loadTurn(source, placeOf(source, chunk, ring.offsets), ring.gate));
      }
      await Promise.all(reads);
      for (const start of slots) this.#memory.give(start);
    };
    this.#track(load());
    return {
      found: { ...nowhere, [source.tier]: chunks.length },
      buffer: this.#arena,
      offsets: ring.offsets,
      gate: ring.gate,
      release: () => {
        if (loan.isOpen) end();
        loan.isOpen = false;
      },
    };
  }
}

const nowhere = { memory: 0, disk: 0, peer: 0 };

function placeOf({ shape }: StepSource, chunk: number, offsets: readonly number[]): ChunkPlace {
  return { chunk, offset: offsets[chunk] ?? 0, bytes: shape.chunkBytes[chunk] ?? 0 };
}

async function loadTurn(source: StepSource, place: ChunkPlace, gate: ChunkGate): Promise<void> {
  const outcome = await source.load([place], gate.words);
  if (outcome !== 'ready') await source.failed(outcome);
}

/** What a step in memory saves at each use: about a millisecond for each mebibyte that need not be read. */
export function savedByMemory(shape: Pick<VariantShape, 'chunkBytes'>): number {
  return stepBytes(shape) / 1024 ** 2;
}
