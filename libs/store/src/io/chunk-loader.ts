import { type ChunkGate, type Clock, type ErrorCode, ServiceError } from '@instgenie/domain';
import type { ChunkName } from '../chunk-reader.ts';
import { chunkChecksum } from '../format/checksum.ts';

const passing: ReadonlySet<ErrorCode> = new Set(['overloaded', 'unavailable', 'cancelled', 'deadline']);

/** A tier to read chunks from, that knows what their checksums must be. */
export interface CheckedReader {
  /**
   * Fills `into` with the chunk like `ChunkReader.read`, and returns the checksum that it must have, from a source that
   * is itself checked.
   */
  read(chunk: ChunkName, into: Uint8Array, signal: AbortSignal): Promise<bigint>;
}

export interface ChunkLoad {
  readonly name: ChunkName;
  readonly from: CheckedReader;
  /** The chunk's memory. */
  readonly into: Uint8Array;
  /** Opened at `name.chunk` when the bytes are there and right. */
  readonly gate: ChunkGate;
}

/** From the worst to the best. */
export const loadOutcomes = ['damaged', 'late', 'ready'] as const;

/**
 * How a load ended. `damaged`: bytes came, but not those that were written, or the file is gone or cannot be read;
 * `late`: nothing is known of the bytes, since they did not come in time or there was no means to read them.
 */
export type LoadOutcome = (typeof loadOutcomes)[number];

export interface LoaderSettings {
  readonly clock: Clock;
  /** From a read's start to its end; later it counts as failed. */
  readonly deadlineMs: number;
  /** Reads at one time. */
  readonly inFlightMax: number;
  /** The most bytes a millisecond, if there is a limit. */
  readonly bytesPerMs?: number | undefined;
}

/**
 * Loads chunks in the order they were asked for, a few at a time, checks them and opens their gates. A read that is
 * late counts as failed for its gate at once; its memory stays taken until it has ended, and so does its place: when
 * every place is stuck, loads fail at once instead of waiting.
 */
export class ChunkLoader {
  readonly #settings: LoaderSettings;
  readonly #waiting: { readonly load: ChunkLoad; readonly done: (outcome: LoadOutcome) => void }[] = [];
  #inFlight = 0;
  #stuck = 0;
  #linkFreeMs = 0;

  constructor(settings: LoaderSettings) {
    this.#settings = settings;
  }

  /** Settles when the chunk's memory is written no more. Never rejects. */
  load(load: ChunkLoad): Promise<LoadOutcome> {
    return new Promise((done) => {
      this.#waiting.push({ load, done });
      this.#start();
    });
  }

  #start(): void {
    const { inFlightMax } = this.#settings;
    while (this.#inFlight < inFlightMax || this.#stuck === inFlightMax) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (this.#stuck === inFlightMax) {
        next.load.gate.settle(next.load.name.chunk, 'failed');
        next.done('late');
        continue;
      }
      this.#inFlight++;
      void this.#run(next.load).then((outcome) => {
        this.#inFlight--;
        next.done(outcome);
        this.#start();
      });
    }
  }

  async #run(load: ChunkLoad): Promise<LoadOutcome> {
    const { clock, deadlineMs } = this.#settings;
    const { name, into, gate } = load;
    await this.#pace(into.length);
    const abort = new AbortController();
    let isLate = false;
    const cancel = clock.after(deadlineMs, () => {
      isLate = true;
      this.#stuck++;
      gate.settle(name.chunk, 'failed');
      abort.abort();
      this.#start();
    });
    const outcome = await read(load, abort.signal);
    cancel();
    if (isLate) {
      this.#stuck--;
      return 'late';
    }
    gate.settle(name.chunk, outcome === 'ready' ? 'ready' : 'failed');
    return outcome;
  }

  /** Holds a read back as long as a link of the given rate would be busy with it; outside its deadline. */
  #pace(bytes: number): Promise<void> {
    const { clock, bytesPerMs } = this.#settings;
    if (bytesPerMs === undefined) return Promise.resolve();
    const now = clock.now();
    this.#linkFreeMs = Math.max(this.#linkFreeMs, now) + bytes / bytesPerMs;
    const waitMs = this.#linkFreeMs - now;
    // Timers are whole milliseconds: what is too short to wait for is made good by later chunks.
    if (waitMs < 1) return Promise.resolve();
    return new Promise((resolve) => clock.after(waitMs, resolve));
  }
}

async function read({ name, from, into }: ChunkLoad, signal: AbortSignal): Promise<LoadOutcome> {
  try {
    const expected = await from.read(name, into, signal);
    return chunkChecksum(name, into) === expected ? 'ready' : 'damaged';
  } catch (thrown) {
    return isLost(thrown) ? 'damaged' : 'late';
  }
}

/**
 * Whether the chunk is not there, not what it should be, or its blocks cannot be read; too few handles, too little memory
 * and a peer that is busy or away pass again.
 */
function isLost(thrown: unknown): boolean {
  if (thrown instanceof ServiceError) return !passing.has(thrown.code);
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'EIO');
}
