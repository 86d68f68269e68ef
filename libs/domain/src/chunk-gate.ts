const used = 0;
const states = 1;
const pending = 0;
const ready = 1;
const failed = 2;

/** What became of a chunk: `late` when it was neither there nor failed in time. */
export type ChunkOutcome = 'ready' | 'failed' | 'late';

/**
 * Says of each chunk of a step whether its bytes may be used, in memory that all threads share: a loading thread opens
 * it chunk by chunk, a computing thread waits at it block by block. A chunk is marked ready only after its checksum
 * was found right, and its state changes once.
 */
export class ChunkGate {
  /** One word for how many chunks were used up, then a word for each chunk. Passes between threads by reference. */
  readonly words: Int32Array<SharedArrayBuffer>;

  constructor(words: Int32Array<SharedArrayBuffer>) {
    this.words = words;
  }

  /** A gate of pending chunks. */
  static closed(chunks: number): ChunkGate {
    return new ChunkGate(new Int32Array(new SharedArrayBuffer((states + chunks) * Int32Array.BYTES_PER_ELEMENT)));
  }

  /** A gate of chunks that are there. */
  static open(chunks: number): ChunkGate {
    const gate = ChunkGate.closed(chunks);
    gate.words.fill(ready, states);
    return gate;
  }

  settle(chunk: number, outcome: 'ready' | 'failed'): void {
    const state = outcome === 'ready' ? ready : failed;
    if (Atomics.compareExchange(this.words, states + chunk, pending, state) === pending) {
      Atomics.notify(this.words, states + chunk);
    }
  }

  /** What is known of a chunk now; undefined while it is pending. */
  outcome(chunk: number): 'ready' | 'failed' | undefined {
    const state = Atomics.load(this.words, states + chunk);
    if (state === pending) return undefined;
    return state === ready ? 'ready' : 'failed';
  }

  /** Blocks the thread until the chunk is settled, at most `timeoutMs`. */
  wait(chunk: number, timeoutMs: number): ChunkOutcome {
    Atomics.wait(this.words, states + chunk, pending, timeoutMs);
    return this.outcome(chunk) ?? 'late';
  }

  /** Waits, without blocking the thread, until the chunk is settled, at most `timeoutMs`. */
  async settled(chunk: number, timeoutMs: number): Promise<ChunkOutcome> {
    await Atomics.waitAsync(this.words, states + chunk, pending, timeoutMs).value;
    return this.outcome(chunk) ?? 'late';
  }

  /** Says that no chunk below `count` is needed any more: its memory may be filled anew. */
  useUp(count: number): void {
    Atomics.store(this.words, used, count);
    Atomics.notify(this.words, used);
  }

  /** Waits, without blocking the thread, until the chunks below `count` are used up, at most `timeoutMs`. */
  async usedUp(count: number, timeoutMs: number): Promise<boolean> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const now = Atomics.load(this.words, used);
      if (now >= count) return true;
      const left = end - performance.now();
      if (left <= 0) return false;
      await Atomics.waitAsync(this.words, used, now, left).value;
    }
  }
}
