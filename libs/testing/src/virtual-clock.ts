import type { Clock } from '@instgenie/domain';

interface Timer {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock that jumps from timer to timer: hours of waiting take no time, and every run is the same. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  /** In the order they were set. */
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, wake: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), wake };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Settles after `delayMs`. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Lets time pass until `work` settles. Throws where nothing is left that could settle it. */
  async runUntil<Result>(work: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    work.then(settle, settle);
    for (;;) {
      await settled();
      if (isSettled) return await work;
      const next = [...this.#timers].reduce<Timer | undefined>(
        (first, timer) => (first === undefined || timer.atMs < first.atMs ? timer : first),
        undefined,
      );
      if (next === undefined) throw new Error('nothing is left to happen, and the work is not done');
      this.#timers.delete(next);
      this.#nowMs = next.atMs;
      next.wake();
    }
  }
}

/** After everything that promises have left to do. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
