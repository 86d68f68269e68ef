import assert from 'node:assert/strict';
import type { Box, Size } from './picture.ts';

/** Side in pixels of the square that one token covers. */
export const tokenSide = 16;

/** What may change: one byte a pixel in reading order, 1 where the edit may paint, 0 where the source must stay. */
export interface Mask extends Size {
  readonly bits: Uint8Array;
}

/** Checks that the bytes fit the size and are 0 or 1. */
export function mask(fields: Mask): Mask {
  const { width, height, bits } = fields;
  assert(Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0, 'mask: bad size');
  assert.equal(bits.length, width * height, 'mask: bytes do not fit the size');
  assert(hasBitsOnly(bits), 'mask: a byte is neither 0 nor 1');
  return fields;
}

/** A loop, like the one below, since it is run for every mask: callbacks and iterators take five times as long. */
function hasBitsOnly(bytes: Uint8Array): boolean {
  let all = 0;
  for (let at = 0; at < bytes.length; at++) all |= bytes[at] ?? 0;
  return all <= 1;
}

/** How many pixels may change. */
export function maskedPixels({ bits }: Mask): number {
  let count = 0;
  for (let at = 0; at < bits.length; at++) count += bits[at] ?? 0;
  return count;
}

/** The smallest box that holds every masked pixel, or undefined for an empty mask. */
export function maskBox({ width, height, bits }: Mask): Box | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (bits[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * M: ascending indices of the tokens whose 16 x 16 patch holds any masked pixel. Tokens count in reading order.
 * The mask's sides must be multiples of 16.
 */
export function maskedRows({ width, height, bits }: Mask): Int32Array {
  assert(width % tokenSide === 0 && height % tokenSide === 0, 'maskedRows: sides must be multiples of 16');
  const columns = width / tokenSide;
  const hit = new Uint8Array(columns * (height / tokenSide));
  for (let y = 0; y < height; y++) {
    const tokenRow = Math.floor(y / tokenSide) * columns;
    for (let x = 0; x < width; x++) {
      if (bits[y * width + x] !== 0) hit[tokenRow + Math.floor(x / tokenSide)] = 1;
    }
  }
  const rows: number[] = [];
  for (const [row, isHit] of hit.entries()) if (isHit !== 0) rows.push(row);
  return Int32Array.from(rows);
}

/** U: the tokens of 0 .. `tokens` - 1 that are not in the ascending `rows`. */
export function otherRows(rows: Int32Array, tokens: number): Int32Array {
  const others = new Int32Array(tokens - rows.length);
  let [at, next] = [0, 0];
  for (let row = 0; row < tokens; row++) {
    if (rows[next] === row) next++;
    else others[at++] = row;
  }
  assert(next === rows.length && at === others.length, 'otherRows: rows must be ascending and below the token count');
  return others;
}
