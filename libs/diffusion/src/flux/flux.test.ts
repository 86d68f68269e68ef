import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { rotaryTable } from './rotary.ts';
import { firstStep, sigmas } from './schedule.ts';
import { modelTime, sinusoidFrequencies, sinusoids } from './sinusoid.ts';

const schedule = {
  trainTimesteps: 1000,
  shift: 3,
  isDynamic: true,
  baseShift: 0.5,
  baseTokens: 256,
  maxShift: 1.15,
  maxTokens: 4096,
};

test('noise levels start at 1, fall strictly and end at 0, shifted or not', () => {
  for (const isDynamic of [true, false]) {
    for (const steps of [1, 2, 7, 50]) {
      const levels = sigmas({ ...schedule, isDynamic }, { steps, tokens: 1024 });
      assert.equal(levels.length, steps + 1);
      assert.equal(levels[0], 1);
      assert.equal(levels.at(-1), 0);
      for (let step = 0; step < steps; step++) assert.ok((levels[step] ?? 0) > (levels[step + 1] ?? 0));
    }
  }
});

test('more tokens keep the noise level higher', () => {
  const few = sigmas(schedule, { steps: 10, tokens: 256 });
  const many = sigmas(schedule, { steps: 10, tokens: 4096 });
  for (let step = 1; step < 10; step++) assert.ok((many[step] ?? 0) > (few[step] ?? 0));
});

for (const steps of [0, 1.5, -1, 1001, Number.NaN]) {
  test(`${steps} steps are refused by name`, () => {
    assert.throws(
      () => sigmas(schedule, { steps, tokens: 16 }),
      (thrown) => thrown instanceof ServiceError && thrown.field === 'steps',
    );
  });
}

for (const { steps, strength, want } of [
  { steps: 8, strength: 1, want: 0 },
  { steps: 8, strength: 0.6, want: 3 },
  { steps: 10, strength: 0.05, want: 9 },
  { steps: 4, strength: 0.5, want: 2 },
]) {
  test(`strength ${strength} of ${steps} steps starts at step ${want}`, () => {
    assert.equal(firstStep(steps, strength), want);
  });
}

test('a row of the rotary table turns by the row and column of its token; text is not turned', () => {
  const { length, cos, sin } = rotaryTable({ rows: 3, columns: 4 }, [4, 14, 14]);
  const pairs = 16;
  assert.equal(length, 13);
  assert.ok(cos.subarray(0, pairs).every((value) => value === 1));
  assert.ok(sin.subarray(0, pairs).every((value) => value === 0));
  const token = 1 + 2 * 4 + 3;
  assert.equal(sin[token * pairs + 2], Math.fround(Math.sin(2)));
  assert.equal(sin[token * pairs + 9], Math.fround(Math.sin(3)));
});

test('embeddings of numbers have their cosines first', () => {
  const embedded = sinusoids([0, modelTime(0.5)]);
  assert.ok(embedded.subarray(0, 128).every((value) => value === 1));
  assert.ok(embedded.subarray(128, 256).every((value) => value === 0));
  assert.equal(embedded[256 + 128], Math.fround(Math.sin(500)));
  assert.equal(sinusoidFrequencies[0], 1);
});
