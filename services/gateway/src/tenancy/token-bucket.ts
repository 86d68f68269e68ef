import assert from 'node:assert/strict';

/** What was taken and may still be given back. */
export interface Taken {
  refundable: number;
}

/**
 * Holds what may be taken: at most what flows in within a minute, which it does all the time.
 *
 * What is given back is what the bucket would hold had less been taken. So while it is full, what flows over is taken
 * from what may be given back, oldest first: `level + refundable <= burst`. Hence, of what is taken in any time and not
 * given back, there is never more than the burst and what flowed in.
 */
export class TokenBucket {
  #perMinute: number;
  #level: number;
  #atMs: number;
  #refundable = 0;
  /** Oldest first. */
  readonly #taken = new Set<Taken>();

  constructor(perMinute: number, nowMs: number) {
    this.#perMinute = perMinute;
    this.#level = perMinute;
    this.#atMs = nowMs;
  }

  get level(): number {
    return this.#level;
  }

  /** Nothing is out, and it is full: a new one is the same. */
  isIdle(nowMs: number): boolean {
    this.#flow(nowMs);
    return this.#taken.size === 0 && this.#level === this.#perMinute;
  }

  /** A changed limit. It fills nothing, so that limits that alternate give nothing away. */
  setRate(perMinute: number, nowMs: number): void {
    if (perMinute === this.#perMinute) return;
    this.#flow(nowMs);
    this.#perMinute = perMinute;
    this.#level = Math.min(this.#level, perMinute);
    this.#overflow();
  }

  /** Takes an amount; or says in how many milliseconds, at the least, there will be enough. */
  take(amount: number, nowMs: number): Taken | number {
    this.#flow(nowMs);
    if (amount > this.#level) return Math.ceil(((amount - this.#level) * 60_000) / this.#perMinute);
    this.#level -= amount;
    const taken = { refundable: amount };
    this.#taken.add(taken);
    this.#refundable += amount;
    this.#check();
    return taken;
  }

  giveBack(taken: Taken, amount: number, nowMs: number): void {
    this.#flow(nowMs);
    const back = Math.min(Math.max(0, amount), taken.refundable);
    taken.refundable -= back;
    this.#refundable -= back;
    this.#level += back;
    this.#check();
  }

  /** Nothing more is given back of it. */
  end(taken: Taken): void {
    this.#refundable -= taken.refundable;
    taken.refundable = 0;
    this.#taken.delete(taken);
    if (this.#taken.size === 0) this.#refundable = 0;
  }

  #flow(nowMs: number): void {
    const inflow = (Math.max(0, nowMs - this.#atMs) * this.#perMinute) / 60_000;
    this.#atMs = Math.max(nowMs, this.#atMs);
    this.#level = Math.min(this.#perMinute, this.#level + inflow);
    this.#overflow();
  }

  #overflow(): void {
    for (const taken of this.#taken) {
      const over = this.#level + this.#refundable - this.#perMinute;
      if (over <= 0) return;
      const lost = Math.min(over, taken.refundable);
      taken.refundable -= lost;
      this.#refundable -= lost;
    }
  }

  #check(): void {
    const isRight = this.#level >= 0 && this.#level + this.#refundable <= this.#perMinute * (1 + 1e-9);
    assert(isRight, 'a bucket holds more than it may, or less than nothing');
  }
}
