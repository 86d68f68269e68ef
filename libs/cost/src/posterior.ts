/** A belief about coefficients: their mean, and how unsure each is, alone and together. Lengths n and n x n. */
export interface Posterior {
  readonly mean: readonly number[];
  /** Row by row, symmetric. */
  readonly covariance: readonly number[];
}

export function priorOf(count: number, variance: number): Posterior {
  const covariance = Array.from({ length: count * count }, (_, at) => (at % (count + 1) === 0 ? variance : 0));
  return { mean: Array.from({ length: count }, () => 1), covariance };
}

/** One measurement of `features` x coefficients that was off by `innovation` and has noise of this variance. */
export interface Measurement {
  readonly features: readonly number[];
  readonly innovation: number;
  readonly noiseVariance: number;
}

export interface Forgetting {
  /** What is left of the weight of earlier measurements with each new one, in (0, 1]. */
  readonly keep: number;
  /** No coefficient is ever less sure than this. */
  readonly varianceMax: number;
}

/**
 * One step of recursive least squares with exponential forgetting (the Kalman filter of constant coefficients). The
 * covariance is updated in Joseph's form, which rounding cannot make indefinite. Where measurements say nothing new for
 * long, forgetting would let it grow without end ("wind-up"): it is scaled down to `varianceMax`, correlations kept.
 */
export function updated(prior: Posterior, measurement: Measurement, { keep, varianceMax }: Forgetting): Posterior {
  const { features, innovation, noiseVariance } = measurement;
  const count = features.length;
  const at = (row: number, column: number) => row * count + column;
  const p = (row: number, column: number) => prior.covariance[at(row, column)] ?? 0;
  const x = (index: number) => features[index] ?? 0;
  const indices = features.map((_, index) => index);
  const sum = (term: (index: number) => number) => indices.reduce((total, index) => total + term(index), 0);

  const spread = indices.map((row) => sum((column) => p(row, column) * x(column)));
  const total = sum((row) => (spread[row] ?? 0) * x(row)) + noiseVariance;
  const gain = spread.map((value) => value / total);
  const g = (index: number) => gain[index] ?? 0;

  const left = (row: number, column: number) => p(row, column) - g(row) * (spread[column] ?? 0);
  const joseph = (row: number, column: number) =>
    left(row, column) - sum((index) => left(row, index) * x(index)) * g(column) + g(row) * g(column) * noiseVariance;
  const variances = indices.map((index) => joseph(index, index) / keep);
  const shrink = variances.map((variance) => (variance > varianceMax ? Math.sqrt(varianceMax / variance) : 1));
  const covariance = indices.flatMap((row) =>
    indices.map((column) => {
      const symmetric = (joseph(row, column) + joseph(column, row)) / (2 * keep);
      return symmetric * (shrink[row] ?? 1) * (shrink[column] ?? 1);
    }),
  );
  return { mean: prior.mean.map((value, index) => value + g(index) * innovation), covariance };
}

/**
 * The most likely coefficients of which none is negative: as long as one is, it is held at zero and the others are moved
 * to what they are expected to be then.
 */
export function nonNegative({ mean, covariance }: Posterior): readonly number[] {
  const count = mean.length;
  let values = [...mean];
  let left = [...covariance];
  for (let held = 0; held < count; held++) {
    const least = values.indexOf(Math.min(...values));
    const value = values[least] ?? 0;
    const variance = left[least * count + least] ?? 0;
    if (value >= 0) break;
    const column = values.map((_, row) => (variance > 0 ? (left[row * count + least] ?? 0) / variance : 0));
    const line = left.slice(least * count, (least + 1) * count);
    values = values.map((other, row) => (row === least ? 0 : other - (column[row] ?? 0) * value));
    left = left.map((entry, index) => entry - (column[Math.floor(index / count)] ?? 0) * (line[index % count] ?? 0));
  }
  return values.map((value) => Math.max(value, 0));
}
