import assert from 'node:assert/strict';
import type { Box, Mask, Picture } from '@instgenie/domain';

/**
 * Peak signal-to-noise ratio in dB over red, green and blue of the masked pixels (all of them without a mask).
 * Infinity if they are equal. Alpha is not looked at. The mask must not be empty.
 */
export function psnr(a: Picture, b: Picture, mask?: Mask): number {
  checkSameSize(a, b);
  assert(mask === undefined || (mask.width === a.width && mask.height === a.height), 'psnr: the mask has another size');
  let [sum, count] = [0, 0];
  for (let pixel = 0; pixel < a.width * a.height; pixel++) {
    if (mask?.bits[pixel] === 0) continue;
    count += 3;
    for (let channel = 0; channel < 3; channel++) {
      const difference = (a.data[pixel * a.channels + channel] ?? 0) - (b.data[pixel * b.channels + channel] ?? 0);
      sum += difference * difference;
    }
  }
  assert(count > 0, 'psnr: the mask is empty');
  return sum === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * count) / sum);
}

/** Side in pixels of the window that statistics are taken over, and the width of its Gaussian. */
const windowSide = 11;
const sigma = 1.5;
const c1 = (0.01 * 255) ** 2;
const c2 = (0.03 * 255) ** 2;

/**
 * Mean structural similarity of the luma of two pictures, 1 if they are equal. Statistics are taken in 11 x 11 windows
 * weighted by a Gaussian with sigma 1.5, one for each position at which the window lies inside the box.
 * The box (the whole picture unless given) is clamped to the picture and grown to 11 pixels a side where the picture
 * has them; where it has not, the window is as small as the picture. Alpha is not looked at.
 *
 * Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, Image Quality Assessment: From Error Visibility to Structural
 * Similarity, IEEE Transactions on Image Processing 13 (2004), equation 13 and section III-C; K1 = 0.01, K2 = 0.03.
 */
export function ssim(a: Picture, b: Picture, box: Box = { left: 0, top: 0, width: a.width, height: a.height }): number {
  checkSameSize(a, b);
  const across = widen({ start: box.left, length: box.width, most: a.width });
  const down = widen({ start: box.top, length: box.height, most: a.height });
  const area = { left: across.start, top: down.start, width: across.length, height: down.length };
  const [lumaA, lumaB] = [luma(a, area), luma(b, area)];
  const columns = gaussian(Math.min(windowSide, area.width));
  const rows = gaussian(Math.min(windowSide, area.height));

  // The Gaussian is a product of a row and a column: sums down the columns first, then along them.
  const sums = emptySums(area.width);
  let total = 0;
  const positions = { x: area.width - columns.length + 1, y: area.height - rows.length + 1 };
  for (let y = 0; y < positions.y; y++) {
    sumColumns(sums, { lumaA, lumaB, top: y, weights: rows, width: area.width });
    for (let x = 0; x < positions.x; x++) total += similarity(sums, x, columns);
  }
  return total / (positions.x * positions.y);
}

/** A weighted sum for each column: of the values of a and b, of their squares and of their products. */
interface Sums {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly aa: Float64Array;
  readonly bb: Float64Array;
  readonly ab: Float64Array;
}

function emptySums(width: number): Sums {
  const column = () => new Float64Array(width);
  return { a: column(), b: column(), aa: column(), bb: column(), ab: column() };
}

interface Columns {
  readonly lumaA: Float32Array;
  readonly lumaB: Float32Array;
  readonly top: number;
  readonly weights: Float64Array;
  readonly width: number;
}

function sumColumns({ a, b, aa, bb, ab }: Sums, { lumaA, lumaB, top, weights, width }: Columns): void {
  for (const sum of [a, b, aa, bb, ab]) sum.fill(0);
  for (const [row, weight] of weights.entries()) {
    const start = (top + row) * width;
    for (let x = 0; x < width; x++) {
      const [valueA, valueB] = [lumaA[start + x] ?? 0, lumaB[start + x] ?? 0];
      a[x] = (a[x] ?? 0) + weight * valueA;
      b[x] = (b[x] ?? 0) + weight * valueB;
      aa[x] = (aa[x] ?? 0) + weight * valueA * valueA;
      bb[x] = (bb[x] ?? 0) + weight * valueB * valueB;
      ab[x] = (ab[x] ?? 0) + weight * valueA * valueB;
    }
  }
}

/** Equation 13 for the window whose first column is `left`. */
function similarity(sums: Sums, left: number, weights: Float64Array): number {
  const mean = (sum: Float64Array) => {
    let total = 0;
    for (let k = 0; k < weights.length; k++) total += (weights[k] ?? 0) * (sum[left + k] ?? 0);
    return total;
  };
  const [meanA, meanB] = [mean(sums.a), mean(sums.b)];
  const varianceA = mean(sums.aa) - meanA * meanA;
  const varianceB = mean(sums.bb) - meanB * meanB;
  const covariance = mean(sums.ab) - meanA * meanB;
  const numerator = (2 * meanA * meanB + c1) * (2 * covariance + c2);
  return numerator / ((meanA * meanA + meanB * meanB + c1) * (varianceA + varianceB + c2));
}

/** Weights of a Gaussian around the middle that sum to 1. */
function gaussian(length: number): Float64Array {
  const middle = (length - 1) / 2;
  const weights = Float64Array.from({ length }, (_, k) => Math.exp(-((k - middle) ** 2) / (2 * sigma * sigma)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Rec. 601 luma, not rounded. */
function luma({ width, channels, data }: Picture, box: Box): Float32Array {
  const values = new Float32Array(box.width * box.height);
  let to = 0;
  for (let y = box.top; y < box.top + box.height; y++) {
    for (let x = box.left; x < box.left + box.width; x++) {
      const at = (y * width + x) * channels;
      values[to++] = 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
    }
  }
  return values;
}

interface Interval {
  readonly start: number;
  readonly length: number;
}

/** The interval clamped to 0 .. most, then grown about its middle to the window's side as far as there is room. */
function widen({ start, length, most }: Interval & { readonly most: number }): Interval {
  const from = Math.min(Math.max(start, 0), most);
  const to = Math.min(Math.max(start + length, from), most);
  const wanted = Math.min(Math.max(to - from, windowSide), most);
  const grown = from - Math.floor((wanted - (to - from)) / 2);
  return { start: Math.min(Math.max(grown, 0), most - wanted), length: wanted };
}

function checkSameSize(a: Picture, b: Picture): void {
  assert(a.width === b.width && a.height === b.height, 'pictures to compare must have the same size');
}
