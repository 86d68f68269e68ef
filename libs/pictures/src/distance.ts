import type { Mask } from '@instgenie/domain';

export interface DistanceOptions {
  /** Distances are measured to pixels with this bit. */
  readonly to: 0 | 1;
  /** Pixels; distances up to this one are exact, longer ones come out as any value that is longer. */
  readonly reach: number;
}

/**
 * For each row of the mask, from the top, the squared distances (between centres, in pixels) to the nearest pixel
 * with the bit `to`; Infinity if there is none. The array is reused: it is valid until the next row.
 *
 * Exact and linear in pixels: P. Felzenszwalb and D. Huttenlocher, Distance Transforms of Sampled Functions (2012),
 * first along columns by two sweeps, then along each row as the lower envelope of parabolas.
 */
export function* squaredDistanceRows({ width, height, bits }: Mask, options: DistanceOptions): Generator<Float64Array> {
  const far = options.reach + 1;
  const vertical = verticalDistances({ width, height, bits }, options.to, far);
  const envelope = new Envelope(width);
  const row = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    envelope.clear();
    for (let x = 0; x < width; x++) {
      const distance = vertical[y * width + x] ?? far;
      if (distance < far) envelope.add(x, distance * distance);
    }
    envelope.readInto(row);
    yield row;
  }
}

/** Distance to the nearest such pixel of the same column, at most `far`. */
function verticalDistances({ width, height, bits }: Mask, to: 0 | 1, far: number): Uint16Array {
  const distances = new Uint16Array(width * height);
  for (let at = 0; at < distances.length; at++) {
    const above = at < width ? far : (distances[at - width] ?? far);
    distances[at] = bits[at] === to ? 0 : Math.min(above + 1, far);
  }
  for (let at = distances.length - 1 - width; at >= 0; at--) {
    const below = (distances[at + width] ?? far) + 1;
    if (below < (distances[at] ?? far)) distances[at] = below;
  }
  return distances;
}

/** The lowest of parabolas (x - vertex)^2 + height; vertices come in ascending order. */
class Envelope {
  readonly #vertices: Int32Array;
  readonly #heights: Float64Array;
  /** Parabola k is the lowest from `#from[k]` to `#from[k + 1]`. */
  readonly #from: Float64Array;
  #count = 0;

  constructor(verticesMax: number) {
    this.#vertices = new Int32Array(verticesMax);
    this.#heights = new Float64Array(verticesMax);
    this.#from = new Float64Array(verticesMax);
  }

  clear(): void {
    this.#count = 0;
  }

  add(vertex: number, height: number): void {
    let from = this.#crossing(vertex, height);
    while (this.#count > 0 && from <= (this.#from[this.#count - 1] ?? 0)) {
      this.#count--;
      from = this.#crossing(vertex, height);
    }
    this.#vertices[this.#count] = vertex;
    this.#heights[this.#count] = height;
    this.#from[this.#count] = from;
    this.#count++;
  }

  readInto(row: Float64Array): void {
    if (this.#count === 0) {
      row.fill(Number.POSITIVE_INFINITY);
      return;
    }
    let k = 0;
    for (let x = 0; x < row.length; x++) {
      while (k + 1 < this.#count && (this.#from[k + 1] ?? 0) < x) k++;
      row[x] = (x - (this.#vertices[k] ?? 0)) ** 2 + (this.#heights[k] ?? 0);
    }
  }

  /** Where the new parabola falls below the last one. */
  #crossing(vertex: number, height: number): number {
    if (this.#count === 0) return Number.NEGATIVE_INFINITY;
    const last = this.#vertices[this.#count - 1] ?? 0;
    const lastHeight = this.#heights[this.#count - 1] ?? 0;
    return (height + vertex ** 2 - lastHeight - last ** 2) / (2 * (vertex - last));
  }
}
