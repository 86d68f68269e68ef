import type { Clock } from '@instgenie/domain';

export interface RetryBudgetSettings {
  /** Retries that each edit adds. */
  readonly share: number;
  /** Retries that each second adds. */
  readonly perSecond: number;
  /** Retries that may be saved up. */
  readonly most: number;
}

/** A tenth of all edits, and one a second. */
export const retryBudgetSettings: RetryBudgetSettings = { share: 0.1, perSecond: 1, most: 100 };

/** Bounds retries by what is asked of a gateway: when everything fails, they do not make it worse. */
export class RetryBudget {
  readonly #settings: RetryBudgetSettings;
  readonly #clock: Clock;
  #left: number;
  #atMs: number;

  constructor(clock: Clock, settings = retryBudgetSettings) {
    this.#settings = settings;
    this.#clock = clock;
    this.#left = settings.most;
    this.#atMs = clock.now();
  }

  get left(): number {
    this.#refill();
    return this.#left;
  }

  /** An edit was asked for. */
  earn(): void {
    this.#refill();
    this.#left = Math.min(this.#settings.most, this.#left + this.#settings.share);
  }

  /** Takes one retry; false where none is left. */
  spend(): boolean {
    this.#refill();
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#left = Math.min(this.#settings.most, this.#left + ((now - this.#atMs) / 1000) * this.#settings.perSecond);
    this.#atMs = now;
  }
}
