const { fround } = Math;
const half = 128;

/** Where PyTorch's vectorised float32 exp is one bit above the rounded exponential. */
const torchExp = new Map([
  [12, 0.4216965138912201],
  [106, 0.0004869675321970135],
]);

/**
 * The 128 frequencies of the time and guidance embeddings, rounded as PyTorch rounds them: arguments reach 30,000,
 * where the last bit of a frequency shows in the result.
 */
export const sinusoidFrequencies = Float32Array.from(
  { length: half },
  (_, j) => torchExp.get(j) ?? Math.exp(fround(fround(fround(-Math.log(10000)) * j) / half)),
);

/** Channels of the embedding of one number. */
export const sinusoidWidth = 2 * half;

/**
 * Embeds numbers in sinusoids: [values, 256], the cosines first. All products are float32.
 * The model multiplies both timestep (sigma) and guidance by 1000 before.
 */
export function sinusoids(values: readonly number[]): Float32Array {
  const result = new Float32Array(values.length * sinusoidWidth);
  for (const [row, value] of values.entries()) {
    for (const [j, frequency] of sinusoidFrequencies.entries()) {
      const argument = fround(fround(value) * frequency);
      result[row * sinusoidWidth + j] = Math.cos(argument);
      result[row * sinusoidWidth + half + j] = Math.sin(argument);
    }
  }
  return result;
}

/** What the transformer makes of a noise level: the pipeline passes 1000 sigma / 1000, the model multiplies by 1000. */
export function modelTime(sigma: number): number {
  return fround(fround(fround(fround(sigma) * 1000) / 1000) * 1000);
}

/** What the transformer makes of a guidance scale. */
export function modelGuidance(scale: number): number {
  return fround(fround(scale) * 1000);
}
