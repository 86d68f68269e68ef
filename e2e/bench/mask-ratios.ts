/** Mean mask ratios of the published traces: a production one, a public one, a try-on data set (paper, section 2). */
export const publishedMeans = [0.11, 0.19, 0.35] as const;

const least = 0.02;

/**
 * Mask ratios in equal shares of a distribution with this mean: Kumaraswamy's on (0, 1) with a = 2, whose quantiles have
 * a closed form. Only means were published; the shape is an assumption, the same for all sides of a bench.
 */
export function maskRatios(mean: number, count: number): readonly number[] {
  const quantiles = (b: number) =>
    Array.from({ length: count }, (_, index) => Math.max(least, Math.sqrt(1 - (1 - (index + 0.5) / count) ** (1 / b))));
  let [low, high] = [0.1, 1000];
  for (let round = 0; round < 60; round++) {
    const middle = Math.sqrt(low * high);
    const found = quantiles(middle).reduce((sum, ratio) => sum + ratio, 0) / count;
    if (found > mean) low = middle;
    else high = middle;
  }
  return quantiles(high);
}
