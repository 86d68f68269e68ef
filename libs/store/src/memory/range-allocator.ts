import assert from 'node:assert/strict';
import { chunkAlignment } from '@instgenie/domain';

/**
 * Hands out ranges of a fixed memory: the smallest free range that is large enough, so that large ones stay whole, and
 * freed ranges join their neighbours. Lengths and starts are whole pages. Pure bookkeeping: it touches no memory.
 */
export class RangeAllocator {
  readonly bytes: number;
  /** Start to length, in order of the starts. */
  #free: { start: number; bytes: number }[];
  readonly #used = new Map<number, number>();
  #usedBytes = 0;

  constructor(bytes: number) {
    assert(bytes >= 0 && bytes % chunkAlignment === 0, 'memory is given out in whole pages');
    this.bytes = bytes;
    this.#free = bytes > 0 ? [{ start: 0, bytes }] : [];
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** The start of a free range, now used; undefined where none is large enough. */
  take(bytes: number): number | undefined {
    assert(bytes > 0 && bytes % chunkAlignment === 0, 'a range is whole pages');
    let best = -1;
    for (const [index, range] of this.#free.entries()) {
      if (range.bytes >= bytes && (best < 0 || range.bytes < (this.#free[best]?.bytes ?? 0))) best = index;
    }
    const range = this.#free[best];
    if (range === undefined) return undefined;
    const { start } = range;
    if (range.bytes === bytes) this.#free.splice(best, 1);
    else this.#free[best] = { start: start + bytes, bytes: range.bytes - bytes };
    this.#used.set(start, bytes);
    this.#usedBytes += bytes;
    return start;
  }

  /** Takes back a range that `take` gave. */
  give(start: number): void {
    const bytes = this.#used.get(start);
    assert(bytes !== undefined, `no range in use starts at ${start}`);
    this.#used.delete(start);
    this.#usedBytes -= bytes;
    const after = this.#free.findIndex((range) => range.start > start);
    const at = after < 0 ? this.#free.length : after;
    const [before, next] = [this.#free[at - 1], this.#free[at]];
    const joinsBefore = before !== undefined && before.start + before.bytes === start;
    const joinsNext = next !== undefined && start + bytes === next.start;
    const joined = {
      start: joinsBefore ? before.start : start,
      bytes: bytes + (joinsBefore ? before.bytes : 0) + (joinsNext ? next.bytes : 0),
    };
    const from = joinsBefore ? at - 1 : at;
    this.#free.splice(from, (joinsBefore ? 1 : 0) + (joinsNext ? 1 : 0), joined);
  }

  /** Throws when the books are wrong: free and used ranges must fill the memory, without a gap or two free neighbours. */
  checkIntegrity(): void {
    const used = [...this.#used].map(([start, bytes]) => ({ start, bytes, isFree: false }));
    const all = [...this.#free.map((range) => ({ ...range, isFree: true })), ...used];
    let end = 0;
    let wasFree = false;
    for (const { start, bytes, isFree } of all.toSorted((a, b) => a.start - b.start)) {
      assert.equal(start, end, 'ranges leave a gap or overlap');
      assert(!(wasFree && isFree), 'two free ranges touch');
      end = start + bytes;
      wasFree = isFree;
    }
    assert.equal(end, this.bytes, 'ranges do not fill the memory');
    assert.equal(
      used.reduce((sum, { bytes }) => sum + bytes, 0),
      this.#usedBytes,
    );
  }
}
