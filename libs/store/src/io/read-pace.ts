/** Spreads reads over time so that no more than a rate of bytes is read: a link that serves one read after the other. */
export class ReadPace {
  readonly #bytesPerMs: number;
  #freeAtMs = Number.NEGATIVE_INFINITY;

  constructor(bytesPerMs: number) {
    this.#bytesPerMs = bytesPerMs;
  }

  /** Takes the link's next free time for so many bytes; returns when it has passed. */
  take(bytes: number, nowMs: number): number {
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + bytes / this.#bytesPerMs;
    return this.#freeAtMs;
  }
}
