import { type Mask, mask, type Size } from '@instgenie/domain';

/**
 * The mask at another size; each axis follows its own rule, so that nothing masked ever vanishes.
 * Shrinking: a pixel is masked if any source pixel that its cell touches is. Growing: the source pixel under its centre.
 */
export function resizeMask(source: Mask, { width, height }: Size): Mask {
  if (source.width === width && source.height === height) return source;
  const columns = spans(source.width, width);
  const rows = spans(source.height, height);
  const bits = new Uint8Array(width * height);
  // First columns, for one source row at a time, into every target row whose span holds it.
  const line = new Uint8Array(width);
  let firstRow = 0;
  for (let y = 0; y < source.height; y++) {
    const isBusy = resizeLine(source.bits.subarray(y * source.width, (y + 1) * source.width), columns, line);
    while (firstRow < height && (rows.last[firstRow] ?? 0) < y) firstRow++;
    if (!isBusy) continue;
    for (let row = firstRow; row < height && (rows.first[row] ?? 0) <= y; row++) {
      for (let x = 0; x < width; x++) if (line[x] === 1) bits[row * width + x] = 1;
    }
  }
  return mask({ width, height, bits });
}

interface Spans {
  /** First and last source index of each target index; `last` is inside. Both never fall. */
  readonly first: Int32Array;
  readonly last: Int32Array;
}

function spans(from: number, to: number): Spans {
  const [first, last] = [new Int32Array(to), new Int32Array(to)];
  for (let index = 0; index < to; index++) {
    if (to < from) {
      first[index] = Math.floor((index * from) / to);
      last[index] = Math.ceil(((index + 1) * from) / to) - 1;
    } else {
      first[index] = last[index] = Math.floor(((2 * index + 1) * from) / (2 * to));
    }
  }
  return { first, last };
}

/** Writes the resized line; false if nothing in it is masked. */
function resizeLine(source: Uint8Array, { first, last }: Spans, line: Uint8Array): boolean {
  line.fill(0);
  if (!source.includes(1)) return false;
  for (let x = 0; x < line.length; x++) {
    for (let at = first[x] ?? 0; at <= (last[x] ?? -1) && line[x] === 0; at++) line[x] = source[at] ?? 0;
  }
  return true;
}
