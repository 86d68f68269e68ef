import assert from 'node:assert/strict';
import type { Evictable, EvictionPolicy } from './policy.ts';

interface Kept extends Evictable {
  /** Uses, each counted less the longer ago it was, as of `countedMs`. */
  uses: number;
  countedMs: number;
}

/** How fast what was used is forgotten, and how many ids that are not kept are remembered. */
export interface ValueSettings {
  /** A use counts half after this time. */
  readonly halfLifeMs: number;
  readonly rememberedMax: number;
}

const usual: ValueSettings = { halfLifeMs: 3_600_000, rememberedMax: 10_000 };

/**
 * Gives up what is worth least for its room: milliseconds saved x expected use / bytes. How often something will be
 * used is estimated from its uses so far, which fade with a half-life; those of what was given up are remembered, so
 * that what comes back does not start anew. Of equals, the one used longest ago goes.
 */
export class ValuePolicy implements EvictionPolicy {
  readonly name = 'value';
  readonly #settings: ValueSettings;
  /** In the order of the last use. */
  readonly #kept = new Map<string, Kept>();
  readonly #gone = new Map<string, Pick<Kept, 'uses' | 'countedMs'>>();

  constructor(settings: Partial<ValueSettings> = {}) {
    this.#settings = { ...usual, ...settings };
    assert(this.#settings.halfLifeMs > 0, 'a half-life is positive');
  }

  add(entry: Evictable, nowMs: number): void {
    assert(entry.bytes > 0 && entry.savedMs >= 0, 'what is kept has a size, and saves time or none');
    const { uses, countedMs } = this.#gone.get(entry.id) ?? { uses: 0, countedMs: nowMs };
    this.#gone.delete(entry.id);
    this.#kept.set(entry.id, { ...entry, uses, countedMs });
  }

  use(id: string, nowMs: number): void {
    const entry = this.#kept.get(id);
    if (entry === undefined) return;
    entry.uses = this.#faded(entry, nowMs) + 1;
    entry.countedMs = nowMs;
    this.#kept.delete(id);
    this.#kept.set(id, entry);
  }

  remove(id: string): void {
    const entry = this.#kept.get(id);
    if (entry === undefined) return;
    this.#kept.delete(id);
    this.#gone.set(id, { uses: entry.uses, countedMs: entry.countedMs });
    for (const oldest of this.#gone.keys()) {
      if (this.#gone.size <= this.#settings.rememberedMax) break;
      this.#gone.delete(oldest);
    }
  }

  victim(mayGo: (id: string) => boolean, nowMs: number): string | undefined {
    let [victim, least] = [undefined as string | undefined, Number.POSITIVE_INFINITY];
    for (const entry of this.#kept.values()) {
      const value = (entry.savedMs * this.#faded(entry, nowMs)) / entry.bytes;
      if (value < least && mayGo(entry.id)) [victim, least] = [entry.id, value];
    }
    return victim;
  }

  #faded({ uses, countedMs }: Pick<Kept, 'uses' | 'countedMs'>, nowMs: number): number {
    return uses * 2 ** ((countedMs - nowMs) / this.#settings.halfLifeMs);
  }
}
