import { seeded } from './eviction-trace.ts';

export interface Arrival {
  readonly atMs: number;
  /** Which of the pool's mask ratios. */
  readonly kind: number;
}

export interface Trace {
  readonly count: number;
  readonly kinds: number;
  readonly perMs: number;
}

/** Poisson arrivals at `perMs`, the mask ratios in equal shares. */
export function arrivals({ count, kinds, perMs }: Trace, seed = 5): readonly Arrival[] {
  const random = seeded(seed);
  let atMs = 0;
  return Array.from({ length: count }, () => {
    atMs -= Math.log(1 - random()) / perMs;
    return { atMs, kind: Math.floor(random() * kinds) };
  });
}

const tracesSeen = 999;

/**
 * The seed of a typical trace: of 999 seeds the one for which static batches that take `editMs` an edit have the median
 * of all mean latencies. Close to saturation a few hundred edits of one trace wait half or twice as long as those of
 * another, so a trace that is merely drawn says little.
 */
export function typicalSeed(trace: Trace, side: { readonly batchMax: number; readonly editMs: number }): number {
  const seeds = Array.from({ length: tracesSeen }, (_, index) => ({
    seed: 1000 + index,
    meanMs: meanOfStaticBatches(arrivals(trace, 1000 + index), side),
  })).toSorted((a, b) => a.meanMs - b.meanMs);
  return seeds[(tracesSeen - 1) / 2]?.seed ?? Number.NaN;
}

function meanOfStaticBatches(
  due: readonly Arrival[],
  { batchMax, editMs }: { readonly batchMax: number; readonly editMs: number },
): number {
  let [doneMs, sumMs, next] = [0, 0, 0];
  for (let first = due[next]; first !== undefined; first = due[next]) {
    const startMs = Math.max(doneMs, first.atMs);
    const batch = due.slice(next, next + batchMax).filter(({ atMs }) => atMs <= startMs);
    doneMs = startMs + batch.length * editMs;
    for (const { atMs } of batch) sumMs += doneMs - atMs;
    next += batch.length;
  }
  return sumMs / due.length;
}
