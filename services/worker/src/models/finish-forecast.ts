/** How many of the last edits that waited are looked at. */
const windowMax = 256;
/** So many have to be known before they are believed. */
const windowMin = 100;
const share = 0.98;
const usualScale = 1.25;
const scaleMax = 2;

/** When an edit would be done that came now, ms. */
export interface Forecast {
  /** If nobody else were here. */
  readonly aloneMs: number;
  /** With all that is here. */
  readonly expectedMs: number;
}

/**
 * How far to trust forecasts: what edits wait for may take longer than it seemed. Keeps of the last edits that waited
 * how many times as long as expected they did, and takes the 98th percentile of that.
 */
export class ForecastMargin {
  readonly #scales: number[] = [];
  #next = 0;
  #scale = usualScale;

  /** Later than an edit of this forecast ends 98 times of 100. */
  safeMs({ aloneMs, expectedMs }: Forecast): number {
    return expectedMs + (this.#scale - 1) * Math.max(0, expectedMs - aloneMs);
  }

  /** An edit has ended after `tookMs`; or has not, where it was `cut` off after its time. */
  observe({ aloneMs, expectedMs }: Forecast, tookMs: number, { isCut }: { readonly isCut: boolean }): void {
    const waitMs = expectedMs - aloneMs;
    // Of those that hardly wait, something else makes the difference.
    if (waitMs < aloneMs || aloneMs <= 0 || (isCut && tookMs < expectedMs)) return;
    this.#scales[this.#next] = (tookMs - aloneMs) / waitMs;
    this.#next = (this.#next + 1) % windowMax;
    if (this.#scales.length < windowMin) return;
    const sorted = this.#scales.toSorted((a, b) => a - b);
    const found = sorted[Math.ceil(share * sorted.length) - 1] ?? usualScale;
    this.#scale = Math.min(scaleMax, Math.max(1, found));
  }
}
