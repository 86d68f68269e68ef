import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Mask, type Picture } from '@instgenie/domain';
import * as fc from 'fast-check';
import { paste } from './paste.ts';
import { featherWeights } from './shape-mask.ts';
import { maskOf, masksOf, pictureOf, picturesOf, sizes } from './testing.ts';

interface Case {
  readonly source: Picture;
  readonly painted: Picture;
  readonly mask: Mask;
  readonly feather: number | undefined;
}

const cases: fc.Arbitrary<Case> = sizes.chain((size) =>
  fc.record({
    source: picturesOf(size),
    painted: picturesOf(size),
    mask: masksOf(size),
    feather: fc.option(fc.nat(4), { nil: undefined }),
  }),
);

function pixelOf({ channels, data }: Picture, pixel: number): number[] {
  return Array.from(data.subarray(pixel * channels, (pixel + 1) * channels));
}

suite('paste', () => {
  test('outside the mask every byte is the source, inside it is painted over it (1,000 pictures)', () => {
    fc.assert(
      fc.property(cases, ({ source, painted, mask, feather }) => {
        const weights = feather === undefined ? undefined : featherWeights(mask, feather);
        const before = Uint8Array.from(source.data);
        const pasted = paste(weights === undefined ? { source, painted, mask } : { source, painted, mask, weights });
        assert.deepEqual(source.data, before, 'the source must not change');
        assert.deepEqual(
          [pasted.width, pasted.height, pasted.channels],
          [source.width, source.height, source.channels],
        );
        for (const [pixel, bit] of mask.bits.entries()) {
          const [ours, theirs, result] = [painted, source, pasted].map((each) => pixelOf(each, pixel));
          assert.ok(ours !== undefined && theirs !== undefined && result !== undefined);
          if (bit === 0) {
            assert.deepEqual(result, theirs);
            continue;
          }
          const weight = (weights?.[pixel] ?? 255) / 255;
          const below = (theirs[3] ?? 255) / 255;
          const alpha = weight + below * (1 - weight);
          for (let channel = 0; channel < 3; channel++) {
            const mixed = weight * (ours[channel] ?? 0) + below * (1 - weight) * (theirs[channel] ?? 0);
            assert.ok(Math.abs((result[channel] ?? 0) - mixed / alpha) <= 0.5 + 1e-9);
          }
          if (source.channels === 4) assert.ok(Math.abs((result[3] ?? 0) - 255 * alpha) <= 0.5 + 1e-9);
        }
      }),
      { numRuns: 1000 },
    );
  });

  const rows = [
    { name: 'full weight is the painted colour, opaque', source: [9, 9, 9, 0], weight: 255, want: [200, 100, 50, 255] },
    { name: 'weight 0 is the source, also inside', source: [9, 8, 7, 6], weight: 0, want: [9, 8, 7, 6] },
    { name: 'halves of an opaque source mix', source: [0, 0, 0, 255], weight: 128, want: [100, 50, 25, 255] },
    { name: 'nothing of an invisible source shows', source: [0, 0, 0, 0], weight: 128, want: [200, 100, 50, 128] },
    { name: 'a source without alpha is opaque', source: [0, 0, 0], weight: 51, want: [40, 20, 10] },
  ];
  for (const { name, source, weight, want } of rows) {
    test(name, () => {
      const painted = pictureOf(1, [[200, 100, 50]]);
      const weights = Uint8Array.of(weight);
      const pasted = paste({ source: pictureOf(1, [source]), painted, mask: maskOf('#'), weights });
      assert.deepEqual(Array.from(pasted.data), want);
    });
  }

  test('pictures, masks and weights of different sizes are a mistake of the program', () => {
    const pixel = pictureOf(1, [[1, 2, 3]]);
    const two = pictureOf(2, [
      [1, 2, 3],
      [1, 2, 3],
    ]);
    assert.throws(() => paste({ source: pixel, painted: two, mask: maskOf('#') }), /another size/);
    assert.throws(() => paste({ source: pixel, painted: pixel, mask: maskOf('##') }), /another size/);
    const weights = new Uint8Array(2);
    assert.throws(() => paste({ source: pixel, painted: pixel, mask: maskOf('#'), weights }), /another size/);
  });
});
