const { fround } = Math;

/**
 * T5's bucket of each distance (key's place - query's place) from -maxDistance to maxDistance; all distances beyond share
 * the buckets of the ends. Half of the buckets are for keys that come later. In each half the nearer places
 * have buckets of their own, the others share buckets that widen with the logarithm.
 * The logarithm is in float32, as in the reference: its truncation decides at the borders.
 */
export function relativeBuckets({
  buckets,
  maxDistance,
}: {
  readonly buckets: number;
  readonly maxDistance: number;
}): readonly number[] {
  const half = buckets / 2;
  const exact = half / 2;
  const bucket = (steps: number) => {
    if (steps < exact) return steps;
    const logarithm = fround(Math.log(fround(steps / exact)));
    const share = fround(logarithm / fround(Math.log(maxDistance / exact)));
    return Math.min(half - 1, exact + Math.trunc(fround(share * (half - exact))));
  };
  return Array.from({ length: 2 * maxDistance + 1 }, (_, index) => {
    const distance = index - maxDistance;
    return distance > 0 ? half + bucket(distance) : bucket(Math.abs(distance));
  });
}
