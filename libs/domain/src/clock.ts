/** Tells time and wakes; tests bring their own. */
export interface Clock {
  /** Milliseconds that only ever grow, from any start. */
  now(): number;
  /** Calls back once, `delayMs` from now; the function it returns takes that back. */
  after(delayMs: number, wake: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, wake) => {
    const timer = setTimeout(wake, delayMs);
    return () => clearTimeout(timer);
  },
};
