import assert from 'node:assert/strict';

/** Something that a heap keeps in order. Only the heap changes `at`. */
export interface Ranked {
  readonly id: string;
  rank: number;
  /** Of equal ranks the lower one comes first. */
  order: number;
  /** Where it stands in the heap. */
  at: number;
}

/** A binary heap, the lowest rank first, whose entries may change rank and leave from anywhere in O(log n). */
export class RankHeap<Entry extends Ranked> {
  readonly #entries: Entry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    entry.at = this.#entries.length - 1;
    this.moved(entry);
  }

  /** Puts an entry where its changed rank belongs. */
  moved(entry: Entry): void {
    this.#rise(entry);
    this.#sink(entry);
  }

  remove(entry: Entry): void {
    assert(this.#entries[entry.at] === entry, 'an entry leaves the heap that it is in');
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#place(last, entry.at);
    this.moved(last);
  }

  /** The first entry that passes. Looks below entries that do not, and nowhere else. */
  first(passes: (id: string) => boolean): Entry | undefined {
    let best: Entry | undefined;
    const open = [0];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const entry = this.#entries[at];
      if (entry === undefined || (best !== undefined && isBefore(best, entry))) continue;
      if (passes(entry.id)) best = entry;
      else open.push(2 * at + 2, 2 * at + 1);
    }
    return best;
  }

  #rise(entry: Entry): void {
    for (;;) {
      const parent = this.#entries[(entry.at - 1) >> 1];
      if (parent === undefined || !isBefore(entry, parent)) return;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const [left, right] = [this.#entries[2 * entry.at + 1], this.#entries[2 * entry.at + 2]];
      const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, entry)) return;
      this.#swap(child, entry);
    }
  }

  #swap(one: Entry, other: Entry): void {
    const { at } = one;
    this.#place(one, other.at);
    this.#place(other, at);
  }

  #place(entry: Entry, at: number): void {
    this.#entries[at] = entry;
    entry.at = at;
  }
}

function isBefore(one: Ranked, other: Ranked): boolean {
  return one.rank < other.rank || (one.rank === other.rank && one.order < other.order);
}
