import assert from 'node:assert/strict';
import { ChunkGate, stepBytes, type VariantKey, type VariantShape } from '@instgenie/domain';
import type { EvictionPolicy } from '../eviction/policy.ts';
import { RangeAllocator } from './range-allocator.ts';

/** A step of a variant in memory: which of its chunks are there or coming, and who needs them to stay. */
export interface MemoryStep {
  readonly id: string;
  readonly key: VariantKey;
  readonly step: number;
  readonly chunkBytes: readonly number[];
  readonly gate: ChunkGate;
  /** Where each chunk lies; -1 for those that have no memory. */
  readonly offsets: number[];
  /** Loans, and reads or writes that are under way. It stays while there are any. */
  users: number;
  /** No longer to be found: its memory goes when its last user has gone. */
  isOut: boolean;
}

/** Chunks that were given memory just now and are to be loaded. */
export interface Wanted {
  readonly step: MemoryStep;
  readonly missing: readonly number[];
}

export function stepId(key: VariantKey, step: number): string {
  return `${key}/${step}`;
}

/**
 * The books of the memory tier: a fixed number of bytes given out in chunks. Steps are kept and given up as a whole,
 * as far as they are there. Decides, and moves no bytes.
 */
export class MemoryTier {
  readonly #ranges: RangeAllocator;
  readonly #policy: EvictionPolicy;
  readonly #now: () => number;
  readonly #steps = new Map<string, MemoryStep>();
  #evictions = 0;

  constructor({
    bytes,
    policy,
    now,
  }: { readonly bytes: number; readonly policy: EvictionPolicy; readonly now: () => number }) {
    this.#ranges = new RangeAllocator(bytes);
    this.#policy = policy;
    this.#now = now;
  }

  get usedBytes(): number {
    return this.#ranges.usedBytes;
  }

  get evictions(): number {
    return this.#evictions;
  }

  get stepCount(): number {
    return this.#steps.size;
  }

  /** What each variant has of it, bytes: chunks that are there or coming. */
  bytesByVariant(): ReadonlyMap<VariantKey, number> {
    const bytes = new Map<VariantKey, number>();
    for (const { key, offsets, chunkBytes } of this.#steps.values()) {
      const held = chunkBytes.reduce((sum, each, chunk) => sum + (offsets[chunk] === -1 ? 0 : each), 0);
      bytes.set(key, (bytes.get(key) ?? 0) + held);
    }
    return bytes;
  }

  find(id: string): MemoryStep | undefined {
    return this.#steps.get(id);
  }

  /**
   * Room for the chunks of a step that have none yet, with one user more. Evicts what nobody uses. Undefined, and
   * nothing changed for the step, where they do not fit.
   */
  want(
    {
      key,
      step,
      shape,
      savedMs,
      isUse = true,
    }: {
      readonly key: VariantKey;
      readonly step: number;
      readonly shape: Pick<VariantShape, 'chunkBytes'>;
      readonly savedMs: number;
      /** Whether it counts as a use to who decides what stays. */
      readonly isUse?: boolean;
    },
    chunks: readonly number[],
  ): Wanted | undefined {
    assert(chunks.length > 0, 'a step is wanted for some chunks of it');
    const id = stepId(key, step);
    const { chunkBytes } = shape;
    // A failed chunk stays failed for those who have borrowed it; who comes now gets it loaded anew.
    if (chunks.some((chunk) => this.#steps.get(id)?.gate.outcome(chunk) === 'failed')) this.drop(id);
    const known = this.#steps.get(id);
    const entry = known ?? {
      id,
      key,
      step,
      chunkBytes,
      gate: ChunkGate.closed(chunkBytes.length),
      offsets: chunkBytes.map(() => -1),
      users: 0,
      isOut: false,
    };
    entry.users++;
    const missing = chunks.filter((chunk) => entry.offsets[chunk] === -1);
    const taken: number[] = [];
    for (const chunk of missing) {
      const start = this.take(chunkBytes[chunk] ?? 0);
      if (start === undefined) {
        for (const given of taken) {
          this.#ranges.give(entry.offsets[given] ?? 0);
          entry.offsets[given] = -1;
        }
        entry.users--;
        return undefined;
      }
      entry.offsets[chunk] = start;
      taken.push(chunk);
    }
    this.#steps.set(id, entry);
    if (known === undefined) this.#policy.add({ id, bytes: stepBytes(shape), savedMs }, this.#now());
    if (isUse) this.#policy.use(id, this.#now());
    return { step: entry, missing };
  }

  /** Memory outside any step; evicts what nobody uses. Undefined where it does not fit. */
  take(bytes: number): number | undefined {
    for (;;) {
      const start = this.#ranges.take(bytes);
      if (start !== undefined) return start;
      const victim = this.#policy.victim((id) => this.#steps.get(id)?.users === 0, this.#now());
      if (victim === undefined) return undefined;
      this.#evictions++;
      this.drop(victim);
    }
  }

  /** Takes back what `take` gave. */
  give(start: number): void {
    this.#ranges.give(start);
  }

  /** One user less. */
  release(step: MemoryStep): void {
    assert(step.users > 0, 'a step was released too often');
    step.users--;
    this.#freeIfOut(step);
  }

  /** Makes a step unfindable; its memory goes when its last user has gone. */
  drop(id: string): void {
    const step = this.#steps.get(id);
    if (step === undefined) return;
    this.#steps.delete(id);
    this.#policy.remove(id);
    step.isOut = true;
    this.#freeIfOut(step);
  }

  dropVariant(key: VariantKey): void {
    for (const step of this.#steps.values()) if (step.key === key) this.drop(step.id);
  }

  checkIntegrity(): void {
    this.#ranges.checkIntegrity();
    for (const step of this.#steps.values()) assert(!step.isOut && step.users >= 0);
  }

  #freeIfOut(step: MemoryStep): void {
    if (!step.isOut || step.users > 0) return;
    for (const [chunk, start] of step.offsets.entries()) {
      if (start >= 0) this.#ranges.give(start);
      step.offsets[chunk] = -1;
    }
  }
}
