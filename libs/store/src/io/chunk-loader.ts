import { ChunkGate } from '@instgenie/domain';
import type { ChunkName } from '../chunk-reader.ts';
import type { Clock } from '../clock.ts';
import { ReadPace } from './read-pace.ts';
import { type ReadResult, type ReadTier, readVerified } from './verified-read.ts';

/** A chunk that is to be brought into memory. */
export interface ChunkLoad {
  /** The memory entry that it is for. */
  readonly entry: number;
  readonly name: ChunkName;
  /** Where it goes in the arena, and how long it is. */
  readonly offset: number;
  readonly bytes: number;
  /** Words of the gate that says when it is there. */
  readonly gate: Int32Array<SharedArrayBuffer>;
  /** Its memory is free only when all chunks of the gate below this one are used up. */
  readonly afterUsed: number;
}

/** What became of a load: `dropped` was abandoned before it began, and its gate says nothing. */
export interface LoadReport {
  readonly entry: number;
  readonly name: ChunkName;
  readonly bytes: number;
  readonly outcome: 'ready' | 'failed' | 'late' | 'dropped';
  /** False when its memory may still be written to: another report follows. */
  readonly isSettled: boolean;
  readonly from?: 'disk' | 'peer' | undefined;
  readonly diskDamaged: boolean;
}

export interface LoaderSettings {
  /** A chunk whose bytes are not there so long after its read began has failed. */
  readonly readDeadlineMs: number;
  readonly readsInFlightMax: number;
  /** Reads that are past their deadline and still hold their memory; with more of them, loads fail at once. */
  readonly readsStuckMax: number;
  readonly readPaceBytesPerMs: number;
}

interface Waiting {
  readonly load: ChunkLoad;
  readonly order: number;
  startMs?: number;
}

const usedUpWaitMs = 60_000;

/**
 * Loads chunks in the order they were asked for, several at once, checks them and opens their gates. A read that hangs
 * takes nobody's place after its deadline.
 */
export class ChunkLoader {
  readonly #arena: SharedArrayBuffer;
  readonly #tiers: readonly ReadTier[];
  readonly #clock: Clock;
  readonly #settings: LoaderSettings;
  readonly #report: (report: LoadReport) => void;
  readonly #pace: ReadPace;
  /** Ascending by order. */
  readonly #queue: Waiting[] = [];
  /** For memory that is in use. */
  readonly #blocked = new Set<Waiting>();
  #order = 0;
  #reading = 0;
  #stuck = 0;
  #cancelWake: (() => void) | undefined;

  constructor(parts: {
    readonly arena: SharedArrayBuffer;
    readonly tiers: readonly ReadTier[];
    readonly clock: Clock;
    readonly settings: LoaderSettings;
    readonly report: (report: LoadReport) => void;
  }) {
    this.#arena = parts.arena;
    this.#tiers = parts.tiers;
    this.#clock = parts.clock;
    this.#settings = parts.settings;
    this.#report = parts.report;
    this.#pace = new ReadPace(parts.settings.readPaceBytesPerMs);
  }

  load(loads: readonly ChunkLoad[]): void {
    for (const load of loads) {
      const waiting: Waiting = { load, order: this.#order++ };
      if (load.afterUsed === 0) this.#queue.push(waiting);
      else void this.#block(waiting);
    }
    this.#pump();
  }

  /** Drops what has not begun of an entry. */
  abandon(entry: number): void {
    for (const waiting of this.#blocked) {
      if (waiting.load.entry === entry) this.#drop(waiting);
    }
    const dropped = this.#queue.filter(({ load }) => load.entry === entry);
    for (const waiting of dropped) this.#queue.splice(this.#queue.indexOf(waiting), 1);
    for (const waiting of dropped) this.#drop(waiting);
  }

  /** Drops all that has not begun. */
  close(): void {
    for (const { load } of [...this.#queue, ...this.#blocked]) this.abandon(load.entry);
    this.#cancelWake?.();
  }

  #drop(waiting: Waiting): void {
    this.#blocked.delete(waiting);
    this.#tell(waiting.load, { outcome: 'dropped', isSettled: true, diskDamaged: false });
  }

  async #block(waiting: Waiting): Promise<void> {
    const { gate, afterUsed } = waiting.load;
    this.#blocked.add(waiting);
    while (this.#blocked.has(waiting)) {
      if (await new ChunkGate(gate).usedUp(afterUsed, usedUpWaitMs)) break;
    }
    if (!this.#blocked.delete(waiting)) return;
    const before = this.#queue.findLastIndex(({ order }) => order < waiting.order);
    this.#queue.splice(before + 1, 0, waiting);
    this.#pump();
  }

  #pump(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    while (this.#reading < this.#settings.readsInFlightMax) {
      const [next] = this.#queue;
      if (next === undefined) return;
      const now = this.#clock.now();
      next.startMs ??= this.#pace.take(next.load.bytes, now);
      if (next.startMs > now) {
        this.#cancelWake = this.#clock.after(next.startMs - now, () => this.#pump());
        return;
      }
      this.#queue.shift();
      if (this.#stuck < this.#settings.readsStuckMax) void this.#read(next.load);
      else this.#settle(next.load, { from: undefined, diskDamaged: false });
    }
  }

  async #read(load: ChunkLoad): Promise<void> {
    const abort = new AbortController();
    let isLate = false;
    this.#reading++;
    const cancel = this.#clock.after(this.#settings.readDeadlineMs, () => {
      isLate = true;
      this.#reading--;
      this.#stuck++;
      new ChunkGate(load.gate).settle(load.name.chunk, 'failed');
      this.#tell(load, { outcome: 'late', isSettled: false, diskDamaged: false });
      abort.abort();
      this.#pump();
    });
    const into = new Uint8Array(this.#arena, load.offset, load.bytes);
    const result = await readVerified(this.#tiers, { name: load.name, into, signal: abort.signal });
    cancel();
    if (isLate) {
      this.#stuck--;
      this.#tell(load, { outcome: 'late', isSettled: true, diskDamaged: result.diskDamaged });
    } else {
      this.#reading--;
      this.#settle(load, result);
    }
    this.#pump();
  }

  #settle(load: ChunkLoad, { from, diskDamaged }: ReadResult): void {
    const outcome = from === undefined ? 'failed' : 'ready';
    new ChunkGate(load.gate).settle(load.name.chunk, outcome);
    this.#tell(load, { outcome, isSettled: true, from, diskDamaged });
  }

  #tell({ entry, name, bytes }: ChunkLoad, outcome: Omit<LoadReport, 'entry' | 'name' | 'bytes'>): void {
    this.#report({ entry, name, bytes, ...outcome });
  }
}
