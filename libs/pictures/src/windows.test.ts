import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Box, Size } from '@instgenie/domain';
import * as fc from 'fast-check';
import { chooseWindow, type WindowRequest } from './windows.ts';

/** All windows of a level, by the definition of the lattice. */
function lattice({ width, height }: Size, side: number): Box[] {
  const starts = (length: number) => {
    const window = Math.min(side, length);
    const regular = Array.from({ length: Math.ceil(length / (side / 2)) }, (_, step) => (step * side) / 2);
    return [...regular.filter((start) => start + window < length), length - window];
  };
  const [boxWidth, boxHeight] = [Math.min(side, width), Math.min(side, height)];
  return starts(height).flatMap((top) => {
    return starts(width).map((left) => ({ left, top, width: boxWidth, height: boxHeight }));
  });
}

function encloses(outer: Box, inner: Box): boolean {
  const isInsideAcross = outer.left <= inner.left && inner.left + inner.width <= outer.left + outer.width;
  return isInsideAcross && outer.top <= inner.top && inner.top + inner.height <= outer.top + outer.height;
}

/** Squared distance of the centres, times 4. */
function distance(a: Box, b: Box): number {
  const across = 2 * a.left + a.width - 2 * b.left - b.width;
  const down = 2 * a.top + a.height - 2 * b.top - b.height;
  return across * across + down * down;
}

/** The choice by its definition. Equally close ones keep the lattice's order, which is by top and then by left. */
function plainChoice({ size, maskBox, modelSide }: WindowRequest): { box: Box; level: number } {
  for (let level = 0; ; level++) {
    const windows = lattice(size, modelSide * 2 ** level).filter((window) => encloses(window, maskBox));
    const [best] = windows.toSorted((a, b) => distance(a, maskBox) - distance(b, maskBox));
    if (best !== undefined) return { box: best, level };
  }
}

const interval = (most: number) =>
  fc.integer({ min: 1, max: most }).chain((length) => fc.tuple(fc.nat(most - length), fc.constant(length)));

const requests: fc.Arbitrary<WindowRequest> = fc
  .record({
    width: fc.integer({ min: 1, max: 400 }),
    height: fc.integer({ min: 1, max: 400 }),
    modelSide: fc.constantFrom(16, 32, 48, 64, 128, 512),
  })
  .chain(({ modelSide, ...size }) =>
    fc.tuple(interval(size.width), interval(size.height)).map(([[left, width], [top, height]]) => {
      return { size, modelSide, maskBox: { left, top, width, height } };
    }),
  );

suite('chooseWindow', () => {
  const rows: { name: string; request: WindowRequest; box: number[]; level: number; target: number[] }[] = [
    {
      name: 'a picture of the model size is one window',
      request: {
        size: { width: 1024, height: 1024 },
        maskBox: { left: 5, top: 5, width: 1, height: 1 },
        modelSide: 1024,
      },
      box: [0, 0, 1024, 1024],
      level: 0,
      target: [1024, 1024],
    },
    {
      name: 'a picture of odd sides is padded, not scaled',
      request: {
        size: { width: 1000, height: 333 },
        maskBox: { left: 0, top: 0, width: 9, height: 9 },
        modelSide: 1024,
      },
      box: [0, 0, 1000, 333],
      level: 0,
      target: [1008, 336],
    },
    {
      name: 'one pixel is padded to one token',
      request: { size: { width: 1, height: 1 }, maskBox: { left: 0, top: 0, width: 1, height: 1 }, modelSide: 1024 },
      box: [0, 0, 1, 1],
      level: 0,
      target: [16, 16],
    },
    {
      name: 'a small mask in a large picture is edited at native scale',
      request: {
        size: { width: 4000, height: 3000 },
        maskBox: { left: 1500, top: 1100, width: 200, height: 100 },
        modelSide: 1024,
      },
      box: [1024, 512, 1024, 1024],
      level: 0,
      target: [1024, 1024],
    },
    {
      name: 'the last windows are flush with the edges',
      request: {
        size: { width: 4000, height: 3000 },
        maskBox: { left: 3900, top: 2950, width: 50, height: 50 },
        modelSide: 1024,
      },
      box: [2976, 1976, 1024, 1024],
      level: 0,
      target: [1024, 1024],
    },
    {
      name: 'a mask that no native window encloses takes the next level',
      request: {
        size: { width: 4000, height: 3000 },
        maskBox: { left: 100, top: 100, width: 1100, height: 300 },
        modelSide: 1024,
      },
      box: [0, 0, 2048, 2048],
      level: 1,
      target: [1024, 1024],
    },
    {
      name: 'a mask of the whole picture takes the whole picture, its aspect to the nearest 16',
      request: {
        size: { width: 4000, height: 3000 },
        maskBox: { left: 0, top: 0, width: 4000, height: 3000 },
        modelSide: 1024,
      },
      box: [0, 0, 4000, 3000],
      level: 2,
      target: [1024, 768],
    },
    {
      name: 'a very wide picture keeps one token of height',
      request: {
        size: { width: 16_000, height: 20 },
        maskBox: { left: 0, top: 0, width: 16_000, height: 1 },
        modelSide: 1024,
      },
      box: [0, 0, 16_000, 20],
      level: 4,
      target: [1024, 16],
    },
    {
      name: 'equally close windows: the topmost, then the leftmost',
      request: {
        size: { width: 4096, height: 4096 },
        maskBox: { left: 767, top: 767, width: 2, height: 2 },
        modelSide: 1024,
      },
      box: [0, 0, 1024, 1024],
      level: 0,
      target: [1024, 1024],
    },
  ];
  for (const { name, request, box, level, target } of rows) {
    test(name, () => {
      const window = chooseWindow(request);
      const { left, top, width, height } = window.box;
      assert.deepEqual({ box: [left, top, width, height], level: window.level }, { box, level });
      assert.deepEqual([window.target.width, window.target.height], target);
    });
  }

  test('agrees with its definition, encloses the mask and lies inside the picture', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { box, level } = chooseWindow(request);
        assert.deepEqual({ box, level }, plainChoice(request));
        assert.ok(encloses(box, request.maskBox));
        assert.ok(encloses({ left: 0, top: 0, ...request.size }, box));
      }),
      { numRuns: 500 },
    );
  });

  test('the target is made of whole tokens, fits the model, and is exact or padded at level 0', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { box, level, target } = chooseWindow(request);
        const long = Math.max(target.width, target.height);
        assert.ok(target.width % 16 === 0 && target.height % 16 === 0 && long <= request.modelSide);
        for (const [side, own] of [
          [target.width, box.width],
          [target.height, box.height],
        ] as const) {
          if (level === 0) assert.ok(side >= own && side < own + 16);
          else if (side > 16)
            assert.ok(Math.abs(side - (own * request.modelSide) / Math.max(box.width, box.height)) <= 8);
        }
        if (level > 0) assert.equal(long, request.modelSide);
      }),
      { numRuns: 500 },
    );
  });

  test('masks around the same centre that need the same level share a window', () => {
    fc.assert(
      fc.property(requests, fc.nat(200), fc.nat(200), (request, cutAcross, cutDown) => {
        const { left, top, width, height } = request.maskBox;
        const across = Math.min(cutAcross, Math.floor((width - 1) / 2));
        const down = Math.min(cutDown, Math.floor((height - 1) / 2));
        const smaller = { left: left + across, top: top + down, width: width - 2 * across, height: height - 2 * down };
        const [outer, inner] = [chooseWindow(request), chooseWindow({ ...request, maskBox: smaller })];
        assert.ok(inner.level <= outer.level);
        if (inner.level === outer.level) assert.deepEqual(inner, outer);
      }),
      { numRuns: 500 },
    );
  });

  test('windows of a level are few: at most two a window side, and one more, on each axis', () => {
    const size = { width: 300, height: 170 };
    const seen = new Set<string>();
    for (let top = 0; top < size.height; top++) {
      for (let left = 0; left < size.width; left++) {
        const { box, level } = chooseWindow({ size, maskBox: { left, top, width: 1, height: 1 }, modelSide: 64 });
        assert.equal(level, 0);
        seen.add(`${box.left} ${box.top}`);
      }
    }
    assert.equal(seen.size, lattice(size, 64).length);
  });

  test('a box outside the picture and a side that is not a multiple of 16 are mistakes of the program', () => {
    const request = {
      size: { width: 64, height: 64 },
      maskBox: { left: 60, top: 0, width: 5, height: 1 },
      modelSide: 64,
    };
    assert.throws(() => chooseWindow(request), /not inside the picture/);
    assert.throws(() => chooseWindow({ ...request, modelSide: 100 }), /not a multiple of 16/);
  });
});
