export interface RetryBudgetSettings {
  /** Retries that each call adds. */
  readonly share: number;
  /** Retries that each second adds. */
  readonly perSecond: number;
  /** Retries that may be saved up. */
  readonly most: number;
}

/** A tenth of all calls, and one a second. */
export const retryBudgetSettings: RetryBudgetSettings = { share: 0.1, perSecond: 1, most: 10 };

/** Bounds retries by what is asked of a client: when everything fails, they do not make it worse. */
export class RetryBudget {
  readonly #settings: RetryBudgetSettings;
  #left: number;
  #atMs: number;

  constructor(nowMs: number, settings = retryBudgetSettings) {
    this.#settings = settings;
    this.#left = settings.most;
    this.#atMs = nowMs;
  }

  left(nowMs: number): number {
    const earned = ((nowMs - this.#atMs) / 1000) * this.#settings.perSecond;
    this.#add(earned);
    this.#atMs = nowMs;
    return this.#left;
  }

  /** A call was made. */
  earn(): void {
    this.#add(this.#settings.share);
  }

  /** A call is made again. */
  spend(): void {
    this.#left = Math.max(0, this.#left - 1);
  }

  #add(retries: number): void {
    this.#left = Math.min(this.#settings.most, this.#left + retries);
  }
}
