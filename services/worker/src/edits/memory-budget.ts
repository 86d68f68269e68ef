import assert from 'node:assert/strict';
import { RetryError } from '@instgenie/rpc';

/** Bytes that are given out and come back; never more than there are. */
export class MemoryBudget {
  readonly bytesMax: number;
  #usedBytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Throws `overloaded`, saying when to try again, where there is no room. What it returns gives the bytes back. */
  take(bytes: number, retryAfterMs: number): Disposable {
    assert(bytes >= 0);
    if (this.#usedBytes + bytes > this.bytesMax) {
      const text = `memory: an edit of ${bytes} bytes does not fit beside those that are here`;
      throw new RetryError('overloaded', text, { field: 'memory', retryAfterMs });
    }
    this.#usedBytes += bytes;
    let isTaken = true;
    return {
      [Symbol.dispose]: () => {
        if (isTaken) this.#usedBytes -= bytes;
        isTaken = false;
      },
    };
  }
}
