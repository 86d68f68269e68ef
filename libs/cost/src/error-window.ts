/** How many of the last errors are looked at. */
const windowMax = 256;

/** The last relative errors of predictions, |predicted - measured| / measured: a bounded window, exact over it. */
export class ErrorWindow {
  readonly #errors: number[];
  #next: number;

  /** Continues with errors of before, oldest first; of too many, the last ones. */
  constructor(errors: readonly number[] = []) {
    this.#errors = errors.slice(-windowMax);
    this.#next = this.#errors.length % windowMax;
  }

  add(error: number): void {
    this.#errors[this.#next] = error;
    this.#next = (this.#next + 1) % windowMax;
  }

  /** 0 while there are none. */
  get mean(): number {
    if (this.#errors.length === 0) return 0;
    return this.#errors.reduce((sum, error) => sum + error, 0) / this.#errors.length;
  }

  /** The least error that at least this share of all errors do not exceed (nearest rank); 0 while there are none. */
  quantile(share: number): number {
    const sorted = this.#errors.toSorted((a, b) => a - b);
    return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? 0;
  }

  /** Oldest first. */
  list(): readonly number[] {
    if (this.#errors.length < windowMax) return [...this.#errors];
    return [...this.#errors.slice(this.#next), ...this.#errors.slice(0, this.#next)];
  }
}
