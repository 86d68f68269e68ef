const { imul, fround } = Math;

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;
const rounds = 10;

/** High 32 bits of the product of two unsigned 32-bit integers. */
function mulHigh(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const middle2 = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(middle2 / 0x10000)) >>> 0;
}

/**
 * Philox4x32-10, a counter-based random generator (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3",
 * SC 2011). Four 32-bit words of counter and two of key give four random words.
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): readonly [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const [high0, low0] = [mulHigh(multiplier0, c0), imul(multiplier0, c0)];
    const [high1, low1] = [mulHigh(multiplier1, c2), imul(multiplier1, c2)];
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1 >>> 0, (high0 ^ c3 ^ k1) >>> 0, low0 >>> 0];
    k0 = (k0 + weyl0) >>> 0;
    k1 = (k1 + weyl1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Uniform in (0, 1), a multiple of 2^-24 plus 2^-25: exact in float32 and never 0. */
function uniform(word: number): number {
  return fround(((word >>> 8) + 0.5) / 0x1000000);
}

/** Two independent normal numbers from two random words (Box and Muller 1958), every operation rounded to float32. */
function normalPair(a: number, b: number): readonly [number, number] {
  const radius = fround(Math.sqrt(fround(-2 * fround(Math.log(uniform(a))))));
  const angle = fround(fround(2 * Math.PI) * uniform(b));
  return [fround(radius * fround(Math.cos(angle))), fround(radius * fround(Math.sin(angle)))];
}

export interface NoiseSpec {
  /** 0 .. 2^53 - 1; its low and high words are the key. */
  readonly seed: number;
  /** Values of a row; a multiple of 4. */
  readonly channels: number;
}

/**
 * Writes one row of standard normal noise to `into`. The values depend on seed, row and channel alone, so that a mask
 * that grows keeps the noise inside it. Counter (row, channel / 4, 0, 0).
 */
export function noiseRow(into: Float32Array, row: number, { seed, channels }: NoiseSpec): void {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const;
  for (let channel = 0; channel < channels; channel += 4) {
    const [a, b, c, d] = philox([row, channel / 4, 0, 0], key);
    const [first, second] = normalPair(a, b);
    const [third, fourth] = normalPair(c, d);
    into[channel] = first;
    into[channel + 1] = second;
    into[channel + 2] = third;
    into[channel + 3] = fourth;
  }
}

/** Noise of rows 0 .. `rows` - 1, [rows, channels]. */
export function noiseRows(rows: number, spec: NoiseSpec): Float32Array {
  const noise = new Float32Array(rows * spec.channels);
  for (let row = 0; row < rows; row++) {
    noiseRow(noise.subarray(row * spec.channels, (row + 1) * spec.channels), row, spec);
  }
  return noise;
}
