import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Mask } from '@instgenie/domain';
import * as fc from 'fast-check';
import { squaredDistanceRows } from './distance.ts';
import { featherWeights, growMask, shapePixelsMax } from './shape-mask.ts';
import { maskLines, maskOf, masksOf, refused, sizes } from './testing.ts';

/** Squared distances by their definition: every pixel against every pixel. */
function plainDistances({ width, height, bits }: Mask, to: 0 | 1): number[] {
  const targets = Array.from(bits.keys()).filter((pixel) => bits[pixel] === to);
  return Array.from({ length: width * height }, (_, pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const distances = targets.map((target) => (x - (target % width)) ** 2 + (y - Math.floor(target / width)) ** 2);
    return Math.min(Number.POSITIVE_INFINITY, ...distances);
  });
}

function distances(source: Mask, to: 0 | 1, reach: number): number[] {
  return Array.from(squaredDistanceRows(source, { to, reach }), (row) => Array.from(row)).flat();
}

const masks = sizes.chain(masksOf);

suite('squaredDistanceRows', () => {
  test('agrees with its definition', () => {
    fc.assert(
      fc.property(masks, fc.constantFrom(0, 1), (source, to) => {
        assert.deepEqual(distances(source, to, 1000), plainDistances(source, to));
      }),
      { numRuns: 300 },
    );
  });

  test('is exact up to its reach and longer beyond', () => {
    fc.assert(
      fc.property(masks, fc.integer({ min: 1, max: 12 }), (source, reach) => {
        const near = distances(source, 1, reach);
        for (const [pixel, distance] of plainDistances(source, 1).entries()) {
          if (distance <= reach * reach) assert.equal(near[pixel], distance);
          else assert.ok((near[pixel] ?? 0) > reach * reach);
        }
      }),
      { numRuns: 300 },
    );
  });
});

suite('growMask', () => {
  const dot = maskOf('.......', '.......', '.......', '...#...', '.......', '.......', '.......');
  const rows = [
    { pixels: 0, want: maskLines(dot) },
    { pixels: 1, want: ['.......', '.......', '...#...', '..###..', '...#...', '.......', '.......'] },
    { pixels: 2, want: ['.......', '...#...', '..###..', '.#####.', '..###..', '...#...', '.......'] },
    { pixels: 3, want: ['...#...', '.#####.', '.#####.', '#######', '.#####.', '.#####.', '...#...'] },
  ];
  for (const { pixels, want } of rows) {
    test(`a pixel grown by ${pixels} is a disc`, () => assert.deepEqual(maskLines(growMask(dot, pixels)), want));
  }

  test('leaves an empty mask empty and a full one full', () => {
    assert.deepEqual(maskLines(growMask(maskOf('..', '..'), 9)), ['..', '..']);
    assert.deepEqual(maskLines(growMask(maskOf('##', '##'), 9)), ['##', '##']);
    assert.deepEqual(maskLines(growMask(maskOf('#'), shapePixelsMax)), ['#']);
  });

  test('covers the mask and grows with the distance', () => {
    fc.assert(
      fc.property(masks, fc.nat(8), (source, pixels) => {
        const [grown, more] = [growMask(source, pixels), growMask(source, pixels + 1)];
        for (const [pixel, bit] of source.bits.entries()) {
          assert.ok(bit <= (grown.bits[pixel] ?? 0) && (grown.bits[pixel] ?? 0) <= (more.bits[pixel] ?? 0));
        }
      }),
      { numRuns: 300 },
    );
  });

  for (const pixels of [-1, 1.5, shapePixelsMax + 1, Number.NaN]) {
    test(`${pixels} pixels are refused`, () => {
      assert.throws(() => growMask(dot, pixels), refused('grow_mask', /out of range; use a whole number/));
      assert.throws(() => featherWeights(dot, pixels), refused('feather', /out of range; use a whole number/));
    });
  }
});

suite('featherWeights', () => {
  test('rises from the border of the mask, not from that of the picture', () => {
    const weights = featherWeights(maskOf('....######'), 3);
    assert.deepEqual(Array.from(weights), [0, 0, 0, 0, 64, 128, 191, 255, 255, 255]);
  });

  test('is 255 in the whole mask with 0 pixels', () => {
    assert.deepEqual(Array.from(featherWeights(maskOf('.#.', '###'), 0)), [0, 255, 0, 255, 255, 255]);
  });

  test('is 255 everywhere for a full mask and 0 for an empty one', () => {
    assert.deepEqual(Array.from(featherWeights(maskOf('##', '##'), 50)), [255, 255, 255, 255]);
    assert.deepEqual(Array.from(featherWeights(maskOf('..', '..'), 50)), [0, 0, 0, 0]);
  });

  test('is at least 1 at one masked pixel, however wide the ramp', () => {
    assert.deepEqual(Array.from(featherWeights(maskOf('.#.'), shapePixelsMax)), [0, 1, 0]);
  });

  test('is 0 just outside, 255 deep inside, and follows the distance between', () => {
    fc.assert(
      fc.property(masks, fc.nat(6), (source, pixels) => {
        const weights = featherWeights(source, pixels);
        for (const [pixel, distance] of plainDistances(source, 0).entries()) {
          const wanted = Math.min(Math.max(Math.round((255 * Math.sqrt(distance)) / (pixels + 1)), 1), 255);
          assert.equal(weights[pixel], source.bits[pixel] === 0 ? 0 : wanted);
        }
      }),
      { numRuns: 300 },
    );
  });
});
