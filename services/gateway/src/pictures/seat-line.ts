import { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';

export interface SeatLineSettings {
  /** What the work is called in errors. */
  readonly name: string;
  readonly waitingMax: number;
  readonly now: () => number;
}

/** Work that waits for a seat, first come first served, in a line with a bound. */
export class SeatLine<Seat> {
  readonly #settings: SeatLineSettings;
  readonly #seats: readonly Seat[];
  readonly #free: Seat[];
  readonly #waiting = new Set<(seat: Seat) => void>();
  /** What the last pieces of work took, ms, faded. */
  #tookMs = 0;

  constructor(seats: readonly Seat[], settings: SeatLineSettings) {
    this.#settings = settings;
    this.#seats = seats;
    this.#free = [...seats];
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /**
   * Throws `overloaded` where too many wait, and `cancelled` when the signal aborts; work that has begun keeps its seat
   * until it is done.
   */
  async run<Result>(work: (seat: Seat) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    if (signal.aborted) throw cancelled();
    const seat = this.#free.pop() ?? (await this.#wait(signal));
    const done = this.#work(seat, work);
    return await unlessAborted(done, signal);
  }

  async #work<Result>(seat: Seat, work: (seat: Seat) => Promise<Result>): Promise<Result> {
    const began = this.#settings.now();
    try {
      return await work(seat);
    } finally {
      const ms = this.#settings.now() - began;
      this.#tookMs += (ms - this.#tookMs) / (this.#tookMs === 0 ? 1 : 8);
      this.#release(seat);
    }
  }

  async #wait(signal: AbortSignal): Promise<Seat> {
    const { name, waitingMax } = this.#settings;
    if (this.#waiting.size >= waitingMax) {
      const retryAfterMs = (this.#tookMs * this.#waiting.size) / this.#seats.length;
      throw new RetryError('overloaded', `${name}: too much work waits; try again later`, {
        field: name,
        retryAfterMs,
      });
    }
    const { promise, resolve } = Promise.withResolvers<Seat>();
    this.#waiting.add(resolve);
    try {
      return await unlessAborted(promise, signal);
    } catch (thrown) {
      // Aborted: either it waits no more, or the seat that it was just given goes on to the next one.
      if (!this.#waiting.delete(resolve)) this.#release(await promise);
      throw thrown;
    }
  }

  #release(seat: Seat): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free.push(seat);
      return;
    }
    this.#waiting.delete(next);
    next(seat);
  }
}

async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(cancelled());
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function cancelled(): ServiceError {
  return new ServiceError('cancelled', 'cancelled');
}
