import type { LoadOutcome } from './io/chunk-loader.ts';

/** What a store holds and did so far. Chunks are counted when they are asked for. */
export interface StoreCounts {
  readonly chunksFromMemory: number;
  readonly chunksFromDisk: number;
  readonly chunksFromPeers: number;
  readonly chunksMissed: number;
  readonly bytesRead: number;
  /** Chunks that peers were given. */
  readonly chunksLent: number;
  /** Loads that found damaged bytes or none, and those that did not end in time. */
  readonly loadsDamaged: number;
  readonly loadsLate: number;
  /** Steps that were dropped because a chunk of them was damaged. */
  readonly stepsQuarantined: number;
  readonly writesFailed: number;
  readonly diskEvictions: number;
  readonly memoryEvictions: number;
  readonly memoryBytes: number;
  readonly memoryBytesMax: number;
  readonly memorySteps: number;
  readonly diskBytes: number;
  readonly diskBytesMax: number;
  readonly diskVariants: number;
}

type Counted = Exclude<keyof StoreCounts, `memory${string}` | 'diskBytes' | 'diskBytesMax' | 'diskVariants'>;

const hits = { memory: 'chunksFromMemory', disk: 'chunksFromDisk', peer: 'chunksFromPeers' } as const;

/** Counts what a store does. */
export class StoreCounters {
  readonly #counts: Record<Counted, number> = {
    chunksFromMemory: 0,
    chunksFromDisk: 0,
    chunksFromPeers: 0,
    chunksMissed: 0,
    bytesRead: 0,
    chunksLent: 0,
    loadsDamaged: 0,
    loadsLate: 0,
    stepsQuarantined: 0,
    writesFailed: 0,
    diskEvictions: 0,
  };

  hit(tier: keyof typeof hits, chunks: number): void {
    this.#counts[hits[tier]] += chunks;
  }

  lent(): void {
    this.#counts.chunksLent++;
  }

  missed(chunks: number): void {
    this.#counts.chunksMissed += chunks;
  }

  loaded(outcome: LoadOutcome, bytes: number): void {
    if (outcome === 'ready') this.#counts.bytesRead += bytes;
    else if (outcome === 'damaged') this.#counts.loadsDamaged++;
    else this.#counts.loadsLate++;
  }

  quarantined(): void {
    this.#counts.stepsQuarantined++;
  }

  writeFailed(): void {
    this.#counts.writesFailed++;
  }

  evicted(): void {
    this.#counts.diskEvictions++;
  }

  snapshot(): Readonly<Record<Counted, number>> {
    return { ...this.#counts };
  }
}
