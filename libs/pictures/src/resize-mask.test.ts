import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Mask, mask, type Size } from '@instgenie/domain';
import * as fc from 'fast-check';
import { resizeMask } from './resize-mask.ts';
import { maskLines, maskOf, masksOf, sizes } from './testing.ts';

/** The source indices that a target index stands for. */
function covered(index: number, from: number, to: number): number[] {
  if (to >= from) return [Math.floor(((index + 0.5) * from) / to)];
  return Array.from({ length: from }, (_, at) => at).filter(
    (at) => (at + 1) * to > index * from && at * to < (index + 1) * from,
  );
}

/** The rule by its definition, one target pixel at a time. */
function plainResize(source: Mask, { width, height }: Size): Mask {
  const bits = Uint8Array.from({ length: width * height }, (_, pixel) => {
    const columns = covered(pixel % width, source.width, width);
    const rows = covered(Math.floor(pixel / width), source.height, height);
    return rows.some((y) => columns.some((x) => source.bits[y * source.width + x] === 1)) ? 1 : 0;
  });
  return mask({ width, height, bits });
}

suite('resizeMask', () => {
  const rows = [
    { name: 'the same size', from: ['#.', '.#'], size: { width: 2, height: 2 }, want: ['#.', '.#'] },
    {
      name: 'twice as large',
      from: ['#.', '..'],
      size: { width: 4, height: 4 },
      want: ['##..', '##..', '....', '....'],
    },
    {
      name: 'half as large: one pixel of four is enough',
      from: ['....', '.#..'],
      size: { width: 2, height: 1 },
      want: ['#.'],
    },
    { name: 'a pixel across two cells masks both', from: ['.#.'], size: { width: 2, height: 1 }, want: ['##'] },
    { name: 'to one pixel', from: ['...', '..#'], size: { width: 1, height: 1 }, want: ['#'] },
    { name: 'wider and lower', from: ['#.', '..', '..'], size: { width: 3, height: 1 }, want: ['#..'] },
    { name: 'empty', from: ['...'], size: { width: 2, height: 2 }, want: ['..', '..'] },
  ];
  for (const { name, from, size, want } of rows) {
    test(name, () => assert.deepEqual(maskLines(resizeMask(maskOf(...from), size)), want));
  }

  test('agrees with its definition', () => {
    const cases = fc.tuple(sizes.chain(masksOf), sizes);
    fc.assert(
      fc.property(cases, ([source, size]) => assert.deepEqual(resizeMask(source, size), plainResize(source, size))),
      { numRuns: 500 },
    );
  });

  test('no masked pixel vanishes: alone in its mask it leaves a mask that is not empty', () => {
    const cases = sizes.chain((size) => fc.tuple(fc.constant(size), fc.nat(size.width * size.height - 1), sizes));
    fc.assert(
      fc.property(cases, ([{ width, height }, pixel, size]) => {
        const bits = new Uint8Array(width * height);
        bits[pixel] = 1;
        assert.ok(resizeMask({ width, height, bits }, size).bits.includes(1));
      }),
      { numRuns: 500 },
    );
  });
});
