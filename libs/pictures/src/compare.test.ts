import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Box, type Picture, picture } from '@instgenie/domain';
import * as fc from 'fast-check';
import { psnr, ssim } from './compare.ts';
import { maskOf, pictureOf, plainPicture } from './testing.ts';

/** A picture of greys and colours that differs with the seed. */
function texture(width: number, height: number, seed: number): Picture {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, at) => (Math.imul(at * seed + 7, 2654435761) >>> 24) & 255,
  );
  return picture({ width, height, channels: 3, data });
}

const weight = (x: number, y: number) => Math.exp(-((x - 5) ** 2 + (y - 5) ** 2) / (2 * 1.5 ** 2));

const luma = ({ width, channels, data }: Picture, x: number, y: number) => {
  const [red, green, blue] = data.subarray((y * width + x) * channels);
  return 0.299 * (red ?? 0) + 0.587 * (green ?? 0) + 0.114 * (blue ?? 0);
};

/** Structural similarity by its definition: for each position the weighted statistics of its 121 pixels. */
function plainSsim(a: Picture, b: Picture, box: Box): number {
  const positions = Array.from({ length: 121 }, (_, at) => ({ x: at % 11, y: Math.floor(at / 11) }));
  const whole = positions.reduce((sum, { x, y }) => sum + weight(x, y), 0);
  const values: number[] = [];
  for (let top = box.top; top + 11 <= box.top + box.height; top++) {
    for (let left = box.left; left + 11 <= box.left + box.width; left++) {
      const mean = (of: (x: number, y: number) => number) =>
        positions.reduce((sum, { x, y }) => sum + (weight(x, y) / whole) * of(left + x, top + y), 0);
      const [meanA, meanB] = [mean((x, y) => luma(a, x, y)), mean((x, y) => luma(b, x, y))];
      const varianceA = mean((x, y) => (luma(a, x, y) - meanA) ** 2);
      const varianceB = mean((x, y) => (luma(b, x, y) - meanB) ** 2);
      const covariance = mean((x, y) => (luma(a, x, y) - meanA) * (luma(b, x, y) - meanB));
      const means = (2 * meanA * meanB + 6.5025) / (meanA ** 2 + meanB ** 2 + 6.5025);
      values.push((means * (2 * covariance + 58.5225)) / (varianceA + varianceB + 58.5225));
    }
  }
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const close = (actual: number, wanted: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - wanted) <= tolerance, `${actual} is not ${wanted}`);

suite('psnr', () => {
  const grey = plainPicture({ width: 4, height: 4 }, [100, 100, 100]);
  const rows = [
    { name: 'equal pictures', other: grey, want: Number.POSITIVE_INFINITY },
    { name: '1 level apart: 20 log10 255', other: plainPicture(grey, [101, 101, 101]), want: 48.1308036 },
    { name: '10 levels in one channel of three', other: plainPicture(grey, [100, 110, 100]), want: 32.9020161 },
    { name: 'alpha is not looked at', other: plainPicture(grey, [100, 100, 100, 0]), want: Number.POSITIVE_INFINITY },
  ];
  for (const { name, other, want } of rows) {
    test(name, () => {
      if (Number.isFinite(want)) close(psnr(grey, other), want);
      else assert.equal(psnr(grey, other), want);
    });
  }

  test('black and white are 0 dB apart', () => {
    close(psnr(pictureOf(1, [[0, 0, 0]]), pictureOf(1, [[255, 255, 255]])), 0);
  });

  test('counts only what is masked', () => {
    const two = pictureOf(2, [
      [1, 1, 1],
      [9, 9, 9],
    ]);
    const other = pictureOf(2, [
      [1, 1, 1],
      [8, 8, 8],
    ]);
    assert.equal(psnr(two, other, maskOf('#.')), Number.POSITIVE_INFINITY);
    close(psnr(two, other, maskOf('.#')), 48.1308036);
    close(psnr(two, other), 48.1308036 + 10 * Math.log10(2));
    assert.throws(() => psnr(two, other, maskOf('..')), /mask is empty/);
    assert.throws(() => psnr(two, other, maskOf('#')), /another size/);
  });
});

suite('ssim', () => {
  test('equal pictures are 1, of any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(99),
        (width, height, seed) => {
          const one = texture(width, height, seed + 1);
          close(ssim(one, one), 1, 1e-12);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('of plain pictures it is the term of the means alone', () => {
    const [a, b] = [100, 120].map((grey) => plainPicture({ width: 20, height: 15 }, [grey, grey, grey]));
    assert.ok(a !== undefined && b !== undefined);
    close(ssim(a, b), (2 * 100 * 120 + 6.5025) / (100 ** 2 + 120 ** 2 + 6.5025));
  });

  test('black against white is almost 0', () => {
    const [black, white] = [
      plainPicture({ width: 11, height: 11 }, [0, 0, 0]),
      plainPicture({ width: 11, height: 11 }, [255, 255, 255]),
    ];
    close(ssim(black, white), 6.5025 / (255 ** 2 + 6.5025));
  });

  test('a texture against its negative is below 0, and noise lowers it more the stronger it is', () => {
    const one = texture(40, 40, 3);
    const noise = texture(40, 40, 11);
    const mixed = (share: number) => ({
      ...one,
      data: one.data.map((byte, at) => byte * (1 - share) + (noise.data[at] ?? 0) * share),
    });
    assert.ok(ssim(one, { ...one, data: one.data.map((byte) => 255 - byte) }) < -0.5);
    const values = [0, 0.1, 0.3, 0.6].map((share) => ssim(one, mixed(share)));
    assert.deepEqual(
      values,
      values.toSorted((a, b) => b - a),
    );
  });

  test('agrees with its definition in any box', () => {
    const [a, b] = [texture(24, 21, 3), texture(24, 21, 5)];
    const half = { ...b, data: b.data.map((byte, at) => (byte + 3 * (a.data[at] ?? 0)) / 4) };
    for (const box of [
      { left: 0, top: 0, width: 24, height: 21 },
      { left: 3, top: 2, width: 15, height: 11 },
      { left: 13, top: 10, width: 11, height: 11 },
    ]) {
      close(ssim(a, half, box), plainSsim(a, half, box), 1e-4);
    }
  });

  const boxes = [
    {
      name: 'one pixel in the middle',
      box: { left: 12, top: 12, width: 1, height: 1 },
      same: { left: 7, top: 7, width: 11, height: 11 },
    },
    {
      name: 'one pixel in the corner',
      box: { left: 23, top: 0, width: 1, height: 1 },
      same: { left: 13, top: 0, width: 11, height: 11 },
    },
    {
      name: 'a box that leaves the picture',
      box: { left: -5, top: 5, width: 17, height: 99 },
      same: { left: 0, top: 5, width: 12, height: 19 },
    },
  ];
  for (const { name, box, same } of boxes) {
    test(`${name} is clamped and grown to 11 pixels`, () => {
      const [a, b] = [texture(24, 24, 3), texture(24, 24, 5)];
      assert.equal(ssim(a, b, box), ssim(a, b, same));
    });
  }

  test('works on one pixel', () => {
    close(ssim(pictureOf(1, [[100, 100, 100]]), pictureOf(1, [[120, 120, 120]])), 24006.5025 / 24406.5025);
  });
});

test('pictures of different sizes are a mistake of the program', () => {
  const [one, two] = [
    plainPicture({ width: 1, height: 1 }, [1, 2, 3]),
    plainPicture({ width: 2, height: 1 }, [1, 2, 3]),
  ];
  assert.throws(() => psnr(one, two), /same size/);
  assert.throws(() => ssim(one, two), /same size/);
});
