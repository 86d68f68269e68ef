import assert from 'node:assert/strict';

export interface SimulatedStoreLimits {
  /** Variants in memory. */
  readonly memoryMax: number;
  /** Variants on disk, those in memory included. */
  readonly diskMax: number;
}

/** Which variants a simulated worker keeps, and where: those used last, in memory and on a larger disk. */
export class SimulatedStore {
  readonly #limits: SimulatedStoreLimits;
  /** Oldest use first; what is in memory is on disk too. */
  readonly #memory = new Set<string>();
  readonly #disk = new Set<string>();
  /** Steps that are filled of variants that are not whole yet. */
  readonly #filling = new Map<string, Set<number>>();
  /** Grows whenever something came or went. */
  version = 0;

  constructor(limits: SimulatedStoreLimits) {
    assert(limits.memoryMax >= 0 && limits.diskMax >= limits.memoryMax);
    this.#limits = limits;
  }

  /** Whole variants, and whether they are in memory. */
  get held(): readonly { readonly key: string; readonly isInMemory: boolean }[] {
    return [...this.#disk].map((key) => ({ key, isInMemory: this.#memory.has(key) }));
  }

  tierOf(key: string): 'memory' | 'disk' | 'none' {
    if (this.#memory.has(key)) return 'memory';
    return this.#disk.has(key) ? 'disk' : 'none';
  }

  isFilled(key: string, step: number): boolean {
    return this.#disk.has(key) || this.#filling.get(key)?.has(step) === true;
  }

  /** Keeps a step; with the last one of `steps` the variant is whole. */
  fill(key: string, { step, steps }: { readonly step: number; readonly steps: number }): void {
    if (this.#disk.has(key)) return;
    const filled = this.#filling.get(key) ?? new Set();
    filled.add(step);
    this.#filling.delete(key);
    this.#filling.set(key, filled);
    if (filled.size === steps) this.use(key);
    else evict(this.#filling, this.#limits.diskMax);
  }

  /** Comes to memory, and is the last to go. */
  use(key: string): void {
    this.#filling.delete(key);
    const isNews = !this.#memory.has(key);
    for (const tier of [this.#memory, this.#disk]) {
      tier.delete(key);
      tier.add(key);
    }
    evict(this.#memory, this.#limits.memoryMax);
    for (const gone of evict(this.#disk, this.#limits.diskMax)) this.#memory.delete(gone);
    if (isNews) this.version++;
  }
}

/** Removes the oldest entries above a bound. */
function evict(
  entries: Pick<Set<string> | Map<string, unknown>, 'size' | 'keys' | 'delete'>,
  countMax: number,
): string[] {
  const gone: string[] = [];
  for (const key of entries.keys()) {
    if (entries.size <= countMax) break;
    entries.delete(key);
    gone.push(key);
  }
  return gone;
}
