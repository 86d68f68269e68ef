import { type Clock, ServiceError } from '@instgenie/domain';

export interface FlusherSettings {
  readonly clock: Clock;
  /** From the first change to its writing. */
  readonly intervalMs: number;
  /** Writes what has changed. What it did not write it writes the next time. */
  readonly flush: () => Promise<void>;
  /** Hears why something was not written; it is tried again after the interval. */
  readonly onFailure: (failure: ServiceError) => void;
}

/** Writes changes a while after they were made, one time after the other, and the last ones when it is disposed of. */
export class Flusher implements AsyncDisposable {
  readonly #settings: FlusherSettings;
  #takeBack: (() => void) | undefined;
  #last: Promise<void> = Promise.resolve();
  #isOpen = true;

  constructor(settings: FlusherSettings) {
    this.#settings = settings;
  }

  /** Something has changed. */
  touch(): void {
    if (this.#takeBack !== undefined || !this.#isOpen) return;
    const { clock, intervalMs, onFailure } = this.#settings;
    this.#takeBack = clock.after(intervalMs, () => {
      this.#takeBack = undefined;
      this.flush().catch((thrown: unknown) => {
        onFailure(ServiceError.from(thrown));
        this.touch();
      });
    });
  }

  /** Writes now. Rejects where that fails. */
  flush(): Promise<void> {
    const turn = this.#last.then(this.#settings.flush);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
    this.#takeBack?.();
    await this.flush().catch((thrown: unknown) => this.#settings.onFailure(ServiceError.from(thrown)));
  }
}
