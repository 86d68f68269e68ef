import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Mask, mask, maskBox, maskedPixels, maskedRows, otherRows } from './mask.ts';

const masks = fc
  .record({ columns: fc.integer({ min: 1, max: 5 }), rows: fc.integer({ min: 1, max: 5 }), pixels: fc.array(fc.nat()) })
  .map(({ columns, rows, pixels }): Mask => {
    const [width, height] = [16 * columns, 16 * rows];
    const bits = new Uint8Array(width * height);
    for (const pixel of pixels) bits[pixel % bits.length] = 1;
    return mask({ width, height, bits });
  });

test('M is every token with a masked pixel, ascending', () => {
  fc.assert(
    fc.property(masks, (subject) => {
      const { width, bits } = subject;
      const tokens = new Set<number>();
      for (const [at, bit] of bits.entries()) {
        const [x, y] = [at % width, Math.floor(at / width)];
        if (bit === 1) tokens.add(Math.floor(y / 16) * (width / 16) + Math.floor(x / 16));
      }
      assert.deepEqual(
        [...maskedRows(subject)],
        [...tokens].toSorted((a, b) => a - b),
      );
    }),
  );
});

test('M and U together are every token once', () => {
  fc.assert(
    fc.property(masks, (subject) => {
      const tokens = (subject.width / 16) * (subject.height / 16);
      const rows = maskedRows(subject);
      const all = [...rows, ...otherRows(rows, tokens)].toSorted((a, b) => a - b);
      assert.deepEqual(all, [...Array(tokens).keys()]);
    }),
  );
});

test("a mask's box is the smallest that holds its pixels", () => {
  fc.assert(
    fc.property(masks, (subject) => {
      const box = maskBox(subject);
      const at = [...subject.bits.entries()].filter(([, bit]) => bit === 1).map(([index]) => index);
      if (box === undefined) {
        assert.equal(at.length, 0);
        return;
      }
      const [xs, ys] = [at.map((index) => index % subject.width), at.map((index) => Math.floor(index / subject.width))];
      assert.deepEqual([box.left, box.left + box.width - 1], [Math.min(...xs), Math.max(...xs)]);
      assert.deepEqual([box.top, box.top + box.height - 1], [Math.min(...ys), Math.max(...ys)]);
      assert.equal(maskedPixels(subject), at.length);
    }),
  );
});

test('a mask of bytes other than 0 and 1, or of another size, is a bug of the caller', () => {
  assert.throws(() => mask({ width: 1, height: 1, bits: Uint8Array.of(255) }), /neither 0 nor 1/);
  assert.throws(() => mask({ width: 2, height: 1, bits: Uint8Array.of(1) }), /do not fit/);
  assert.throws(() => maskedRows(mask({ width: 1, height: 1, bits: Uint8Array.of(1) })), /multiples of 16/);
});
