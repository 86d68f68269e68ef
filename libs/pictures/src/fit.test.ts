import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Box, mask, type Picture, picture } from '@instgenie/domain';
import * as fc from 'fast-check';
import { psnr } from './compare.ts';
import { cutMask, cutWindow, placeWindow } from './fit.ts';
import { paste } from './paste.ts';
import { maskLines, maskOf, masksOf, pictureOf, picturesOf, plainPicture, sizes } from './testing.ts';
import { chooseWindow, type Window } from './windows.ts';

/** A smooth picture, so that scaling loses little of it. */
function gradient(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set([(x / width) * 255, (y / height) * 255, 128 + 60 * Math.sin(x / 20)], (y * width + x) * 3);
    }
  }
  return picture({ width, height, channels: 3, data });
}

function whole({ width, height }: Picture, fields: Pick<Window, 'level' | 'target'>): Window {
  return { box: { left: 0, top: 0, width, height }, ...fields };
}

const column = (source: Picture, x: number) => Array.from(source.data.subarray(x * 3, x * 3 + 3));

suite('at level 0', () => {
  test('a window that fits the picture is its very bytes, there and back', async () => {
    const source = gradient(64, 32);
    const window = whole(source, { level: 0, target: { width: 64, height: 32 } });
    const cut = await cutWindow(source, window);
    assert.deepEqual(cut, source);
    assert.deepEqual(await placeWindow({ picture: source, window, painted: cut }), source);
  });

  test('padding repeats the last column and row and is cut off again', async () => {
    const source = pictureOf(2, [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
      [10, 11, 12],
    ]);
    const window = whole(source, { level: 0, target: { width: 16, height: 16 } });
    const cut = await cutWindow(source, window);
    assert.deepEqual(
      [0, 1, 2, 15].map((x) => column(cut, x)),
      [
        [1, 2, 3],
        [4, 5, 6],
        [4, 5, 6],
        [4, 5, 6],
      ],
    );
    assert.deepEqual(Array.from(cut.data.subarray(-3)), [10, 11, 12]);
    assert.deepEqual(await placeWindow({ picture: source, window, painted: cut }), source);
  });

  test('alpha is left out and colours under transparent pixels are kept', async () => {
    const source = pictureOf(1, [[50, 60, 70, 0]]);
    const cut = await cutWindow(source, whole(source, { level: 0, target: { width: 16, height: 16 } }));
    assert.deepEqual([cut.channels, column(cut, 0), column(cut, 15)], [3, [50, 60, 70], [50, 60, 70]]);
  });

  test('a part of the picture is cut and placed where it was', async () => {
    const source = gradient(100, 80);
    const box: Box = { left: 36, top: 48, width: 64, height: 32 };
    const window = { box, level: 0, target: { width: 64, height: 32 } };
    const cut = await cutWindow(source, window);
    assert.deepEqual(column(cut, 0), column(source, 48 * 100 + 36));
    assert.deepEqual(await placeWindow({ picture: source, window, painted: cut }), source);
    const painted = plainPicture({ width: 64, height: 32 }, [9, 9, 9]);
    const placed = await placeWindow({ picture: source, window, painted });
    assert.deepEqual(column(placed, 48 * 100 + 35), column(source, 48 * 100 + 35));
    assert.deepEqual(column(placed, 48 * 100 + 36), [9, 9, 9]);
    assert.deepEqual(column(placed, 79 * 100 + 99), [9, 9, 9]);
  });

  test('a mask is cut with the picture and padding is not masked', () => {
    const source = maskOf('..##', '..##', '....');
    const window = { box: { left: 1, top: 1, width: 3, height: 2 }, level: 0, target: { width: 16, height: 16 } };
    const cut = cutMask(source, window);
    assert.deepEqual(maskLines(cut).slice(0, 3), ['.##.............', '................', '................']);
  });
});

suite('at higher levels', () => {
  const source = gradient(300, 200);
  const window = whole(source, { level: 2, target: { width: 96, height: 64 } });

  test('the picture is scaled down and back with little loss', async () => {
    const cut = await cutWindow(source, window);
    assert.deepEqual([cut.width, cut.height, cut.channels], [96, 64, 3]);
    const placed = await placeWindow({ picture: source, window, painted: cut });
    assert.deepEqual([placed.width, placed.height, placed.channels], [300, 200, 3]);
    assert.ok(psnr(source, placed) > 40, `${psnr(source, placed)} dB`);
  });

  test('one colour stays that colour', async () => {
    const plain = plainPicture({ width: 300, height: 200 }, [10, 130, 250]);
    const cut = await cutWindow(plain, window);
    assert.deepEqual(cut, plainPicture({ width: 96, height: 64 }, [10, 130, 250]));
    assert.deepEqual(await placeWindow({ picture: plain, window, painted: cut }), plain);
  });

  test('one masked pixel stays masked', () => {
    const bits = new Uint8Array(300 * 200);
    bits[123 * 300 + 77] = 1;
    const cut = cutMask(mask({ width: 300, height: 200, bits }), window);
    assert.deepEqual([cut.width, cut.height], [96, 64]);
    assert.equal(cut.bits[Math.floor((123 * 64) / 200) * 96 + Math.floor((77 * 96) / 300)], 1);
  });
});

test('a whole edit of any picture in any window leaves the bytes outside the mask alone', async () => {
  const cases = sizes.chain((size) => fc.tuple(picturesOf(size), masksOf(size), fc.nat(13), fc.nat(13)));
  await fc.assert(
    fc.asyncProperty(cases, async ([small, smallMask, x, y]) => {
      // Each pixel becomes 5 x 5, so that pictures are up to 70 pixels a side and need windows and levels.
      const [source, sourceMask] = [enlarge(small, 5), enlargeMask(smallMask, 5)];
      const maskBox = { left: Math.min(x, source.width - 1), top: Math.min(y, source.height - 1), width: 1, height: 1 };
      for (const box of [maskBox, { left: 0, top: 0, width: source.width, height: source.height }]) {
        const window = chooseWindow({ size: source, maskBox: box, modelSide: 32 });
        const cut = await cutWindow(source, window);
        assert.deepEqual([cut.width, cut.height], [window.target.width, window.target.height]);
        assert.equal(cutMask(sourceMask, window).bits.length, cut.width * cut.height);
        const painted = { ...cut, data: cut.data.map((byte) => 255 - byte) };
        const placed = await placeWindow({ picture: source, window, painted });
        const pasted = paste({ source, painted: placed, mask: sourceMask });
        for (const [pixel, bit] of sourceMask.bits.entries()) {
          if (bit === 1) continue;
          const [from, to] = [pixel * source.channels, (pixel + 1) * source.channels];
          assert.ok(Buffer.from(pasted.data.subarray(from, to)).equals(source.data.subarray(from, to)));
        }
      }
    }),
    { numRuns: 40 },
  );
});

test('a window of another picture and a painting of another size are mistakes of the program', async () => {
  const source = gradient(32, 32);
  const window = { box: { left: 0, top: 16, width: 32, height: 32 }, level: 0, target: { width: 32, height: 32 } };
  await assert.rejects(cutWindow(source, window), /another size/);
  assert.throws(() => cutMask(maskOf('#'), window), /another size/);
  const whole32 = whole(source, { level: 0, target: { width: 32, height: 32 } });
  await assert.rejects(placeWindow({ picture: source, window: whole32, painted: gradient(16, 16) }), /target size/);
});

function enlarge(source: Picture, factor: number): Picture {
  const [width, height] = [source.width * factor, source.height * factor];
  const data = new Uint8Array(width * height * source.channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = Math.floor(pixel / width / factor) * source.width + Math.floor((pixel % width) / factor);
    data.set(source.data.subarray(at * source.channels, (at + 1) * source.channels), pixel * source.channels);
  }
  return picture({ width, height, channels: source.channels, data });
}

function enlargeMask(source: ReturnType<typeof maskOf>, factor: number) {
  return maskOf(
    ...maskLines(source).flatMap((line) =>
      Array.from({ length: factor }, () => Array.from(line, (mark) => mark.repeat(factor)).join('')),
    ),
  );
}
