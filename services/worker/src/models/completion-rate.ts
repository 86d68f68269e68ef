/** How much of an estimate an observation replaces. */
const share = 1 / 8;

/**
 * How often edits end while several are here, whatever it is that bounds them: encoders, blocks, decoder, or a processor
 * that they share. What ends without a result took its time from the others, and counts as nothing.
 */
export class CompletionRate {
  #here = 0;
  /** Since when several have been here, or the last one of them ended. */
  #sinceMs = 0;
  #eachMs = 0;

  get here(): number {
    return this.#here;
  }

  enter(nowMs: number): void {
    this.#here++;
    if (this.#here === 2) this.#sinceMs = nowMs;
  }

  leave(nowMs: number, { isDone }: { readonly isDone: boolean }): void {
    if (this.#here >= 2 && isDone) {
      const ms = nowMs - this.#sinceMs;
      this.#eachMs += (ms - this.#eachMs) * (this.#eachMs === 0 ? 1 : share);
      this.#sinceMs = nowMs;
    }
    this.#here--;
  }

  /** When one that came now would end, after all that are here, ms; 0 while it would be the second, or nothing is known. */
  get predictedMs(): number {
    return this.#here < 2 ? 0 : (this.#here + 1) * this.#eachMs;
  }
}
