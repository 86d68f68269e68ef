import assert from 'node:assert/strict';
import type { Evictable, EvictionPolicy } from './policy.ts';
import { type Ranked, RankHeap } from './rank-heap.ts';

/** Uses, each counted less the longer ago it was, as of `countedMs`. */
interface Uses {
  readonly uses: number;
  readonly countedMs: number;
}

interface Kept extends Ranked {
  readonly savedMsPerByte: number;
  counted: Uses;
}

/** How fast what was used is forgotten, and how many ids that are not kept are remembered. */
export interface ValueSettings {
  /** A use counts half after this time. */
  readonly halfLifeMs: number;
  readonly rememberedMax: number;
}

const usual: ValueSettings = { halfLifeMs: 3_600_000, rememberedMax: 10_000 };

/** What is kept was wanted by someone: it counts as used this often, at least, when it comes. */
const usesAtFirst = 1;

/**
 * Gives up what is worth least for its room: milliseconds saved x expected use / bytes. How often something will be
 * used is estimated from its uses so far, which fade with a half-life; those of what was given up are remembered, so
 * that what comes back does not start anew. Of equals, the one used longest ago goes.
 *
 * All uses fade alike, so two entries never change places while neither is used: their order needs no clock. It is that
 * of log2(value) as of time 0, log2(saved x uses / bytes) + counted / half-life, which a heap keeps.
 */
export class ValuePolicy implements EvictionPolicy {
  readonly name = 'value';
  readonly #settings: ValueSettings;
  readonly #kept = new Map<string, Kept>();
  readonly #heap = new RankHeap<Kept>();
  readonly #gone = new Map<string, Uses>();
  #order = 0;

  constructor(settings: Partial<ValueSettings> = {}) {
    this.#settings = { ...usual, ...settings };
    assert(this.#settings.halfLifeMs > 0, 'a half-life is positive');
  }

  add({ id, bytes, savedMs }: Evictable, nowMs: number): void {
    assert(bytes > 0 && savedMs >= 0 && Number.isFinite(savedMs / bytes), 'what is kept has a size, and saves a time');
    this.remove(id);
    const before = this.#gone.get(id);
    const uses = Math.max(usesAtFirst, before === undefined ? 0 : this.#faded(before, nowMs));
    this.#gone.delete(id);
    const counted = { uses, countedMs: nowMs };
    const entry: Kept = { id, savedMsPerByte: savedMs / bytes, counted, rank: 0, order: 0, at: 0 };
    this.#rank(entry);
    this.#kept.set(id, entry);
    this.#heap.push(entry);
  }

  use(id: string, nowMs: number): void {
    const entry = this.#kept.get(id);
    if (entry === undefined) return;
    entry.counted = { uses: this.#faded(entry.counted, nowMs) + 1, countedMs: nowMs };
    this.#rank(entry);
    this.#heap.moved(entry);
  }

  remove(id: string): void {
    const entry = this.#kept.get(id);
    if (entry === undefined) return;
    this.#kept.delete(id);
    this.#heap.remove(entry);
    this.#gone.set(id, entry.counted);
    for (const oldest of this.#gone.keys()) {
      if (this.#gone.size <= this.#settings.rememberedMax) break;
      this.#gone.delete(oldest);
    }
  }

  victim(mayGo: (id: string) => boolean): string | undefined {
    return this.#heap.first(mayGo)?.id;
  }

  #rank(entry: Kept): void {
    const { uses, countedMs } = entry.counted;
    entry.rank = Math.log2(entry.savedMsPerByte * uses) + countedMs / this.#settings.halfLifeMs;
    entry.order = this.#order++;
  }

  #faded({ uses, countedMs }: Uses, nowMs: number): number {
    return uses * 2 ** ((countedMs - nowMs) / this.#settings.halfLifeMs);
  }
}
