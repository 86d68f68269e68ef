import { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';

export interface StageSettings {
  /** How the stage is called in errors. */
  readonly name: string;
  readonly concurrency: number;
  readonly waitingMax: number;
  readonly now: () => number;
}

interface Job {
  readonly start: () => void;
}

/** Work beside the loop, a few pieces at a time in a bounded line: what ends an edit goes before what begins one. */
export class Stage {
  readonly #settings: StageSettings;
  readonly #waiting: { readonly urgent: Set<Job>; readonly usual: Set<Job> } = { urgent: new Set(), usual: new Set() };
  #running = 0;
  /** What the last pieces of work took, ms, faded. */
  readonly #tookMs = { urgent: 0, usual: 0 };

  constructor(settings: StageSettings) {
    this.#settings = settings;
  }

  get waitingCount(): number {
    return this.#waiting.urgent.size + this.#waiting.usual.size;
  }

  /** What a piece of work takes, about, ms. */
  get tookMs(): { readonly urgent: number; readonly usual: number } {
    return { ...this.#tookMs };
  }

  /** When work that came now would be done, about, ms. */
  get predictedMs(): number {
    const { urgent, usual } = this.#tookMs;
    return Math.max(urgent, usual) * (1 + (this.waitingCount + this.#running) / this.#settings.concurrency);
  }

  /** Runs work in its turn. Throws `overloaded` where too much waits, and `cancelled` when the signal aborts meanwhile. */
  async run<Result>(
    work: () => Promise<Result>,
    { signal, isUrgent = false }: { readonly signal: AbortSignal; readonly isUrgent?: boolean },
  ): Promise<Result> {
    await this.#turn(signal, isUrgent);
    const began = this.#settings.now();
    try {
      return await work();
    } finally {
      const kind = isUrgent ? 'urgent' : 'usual';
      const ms = this.#settings.now() - began;
      this.#tookMs[kind] += (ms - this.#tookMs[kind]) / (this.#tookMs[kind] === 0 ? 1 : 8);
      this.#running--;
      this.#startNext();
    }
  }

  async #turn(signal: AbortSignal, isUrgent: boolean): Promise<void> {
    const { name, concurrency, waitingMax } = this.#settings;
    if (signal.aborted) throw new ServiceError('cancelled', 'cancelled');
    if (this.#running < concurrency) {
      this.#running++;
      return;
    }
    if (this.waitingCount >= waitingMax) {
      const detail = { field: name, retryAfterMs: this.predictedMs };
      throw new RetryError('overloaded', `${name}: too much work waits; try again later`, detail);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const line = isUrgent ? this.#waiting.urgent : this.#waiting.usual;
    const job: Job = { start: resolve };
    const leave = () => {
      if (line.delete(job)) reject(new ServiceError('cancelled', 'cancelled'));
    };
    line.add(job);
    signal.addEventListener('abort', leave, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #startNext(): void {
    for (const line of [this.#waiting.urgent, this.#waiting.usual]) {
      for (const job of line) {
        line.delete(job);
        this.#running++;
        job.start();
        return;
      }
    }
  }
}
