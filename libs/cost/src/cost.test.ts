import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import fc from 'fast-check';
import { ErrorWindow } from './error-window.ts';
import { LatencyModel, type LatencyPrior, type LatencySnapshot, loadTiers } from './latency-model.ts';
import { type FitSnapshot, OnlineFit } from './online-fit.ts';

const guess = { latencyMs: 1, bytesPerMs: 1e6 };
const prior: LatencyPrior = {
  compute: { startMs: 1, flopsPerMs: 1e8 },
  load: { memory: guess, disk: guess, peer: guess },
};

/** Numbers in [0, 1), the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const isNear = (actual: number, wanted: number, share: number) =>
  assert.ok(Math.abs(actual - wanted) <= share * wanted, `${actual}, not ${wanted}`);

/** Measurements of 3 ms + FLOPs / 2e8 a millisecond, x `factor`, with 5 % of noise. */
function compute(model: LatencyModel, count: number, { factor = 1, seed = 11 } = {}): void {
  const random = seeded(seed);
  for (let at = 0; at < count; at++) {
    const flops = 1e8 + 4e9 * random();
    const ms = factor * (3 + flops / 2e8) * (0.95 + 0.1 * random());
    assert.ok(model.observeCompute({ flops, ms }));
  }
}

test('the coefficients of noisy measurements (seed 11) are found, from a guess that is off by far', () => {
  const model = LatencyModel.from({ ...prior, compute: { startMs: 0.2, flopsPerMs: 4e9 } });
  compute(model, 400);
  isNear(model.computeMs(0), 3, 0.15);
  isNear(model.computeMs(2e9), 13, 0.02);
  isNear(model.computeMs(2e10), 103, 0.05);
  const { observations, meanError, highError } = model.report.compute;
  assert.equal(observations, 400);
  assert.ok(meanError < 0.04 && highError < 0.07, `${meanError}, ${highError}`);
});

test('tiers are fitted apart', () => {
  const model = LatencyModel.from(prior);
  const random = seeded(5);
  for (let at = 0; at < 200; at++) {
    const bytes = 1e5 + 1e8 * random();
    model.observeLoad('memory', { bytes, ms: 0.1 + bytes / 1e7 });
    model.observeLoad('disk', { bytes, ms: 2 + bytes / 1e6 });
  }
  isNear(model.loadMs('memory', 1e7), 1.1, 0.01);
  isNear(model.loadMs('disk', 1e7), 12, 0.01);
  assert.equal(model.loadMs('peer', 1e7), 11);
  assert.deepEqual(
    loadTiers.map((tier) => model.report.load[tier].observations),
    [200, 200, 0],
  );
});

test('a lasting change is followed, and a hiccup does little', () => {
  const model = LatencyModel.from(prior);
  compute(model, 400);
  const before = model.computeMs(2e9);
  model.observeCompute({ flops: 2e9, ms: 1_000 * before });
  isNear(model.computeMs(2e9), before, 0.05);
  compute(model, 1_000, { factor: 3, seed: 13 });
  isNear(model.computeMs(2e9), 3 * before, 0.05);
});

test('the same measurement again and again neither ends in numbers without end nor makes the fit forget', () => {
  const fit = new OnlineFit({ prior: [1, 1], memory: 10 });
  for (let at = 0; at < 5_000; at++) fit.observe([1, 2], 5);
  isNear(fit.predictMs([1, 2]), 5, 1e-6);
  const { covariance } = fit.snapshot();
  assert.ok(covariance.every((entry) => Math.abs(entry) <= 100));
});

test('whatever is measured, nothing is predicted to be negative', () => {
  const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
  const measurements = fc.array(fc.tuple(amount, amount, fc.double({ min: 1e-6, max: 1e9, noNaN: true })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(measurements, (given) => {
      const fit = new OnlineFit({ prior: [1, 0.01, 10], memory: 20 });
      for (const [one, other, ms] of given) {
        assert.ok(fit.observe([1, one, other], ms));
        assert.ok(fit.coefficients.every((value) => Number.isFinite(value) && value >= 0));
      }
    }),
    { numRuns: 500, seed: 3 },
  );
});

test('times that fall as work grows are fitted without a negative rate', () => {
  const fit = new OnlineFit({ prior: [1, 1], memory: 100 });
  for (let at = 0; at < 300; at++) fit.observe([1, at % 10], 20 - (at % 10));
  const [startMs = 0, rate = 1] = fit.coefficients;
  assert.equal(rate, 0);
  isNear(startMs, 15, 0.1);
});

for (const { name, features, ms } of [
  { name: 'no time', features: [1, 5], ms: 0 },
  { name: 'a negative time', features: [1, 5], ms: -1 },
  { name: 'a time that is no number', features: [1, 5], ms: Number.NaN },
  { name: 'a time without end', features: [1, 5], ms: Number.POSITIVE_INFINITY },
  { name: 'a time beyond what can be squared', features: [1, 5], ms: 1e300 },
  { name: 'a negative feature', features: [1, -5], ms: 1 },
  { name: 'a feature that is no number', features: [1, Number.NaN], ms: 1 },
  { name: 'a feature too few', features: [1], ms: 1 },
  { name: 'no work at all', features: [0, 0], ms: 1 },
]) {
  test(`a measurement with ${name} is refused and changes nothing else`, () => {
    const fit = new OnlineFit({ prior: [1, 1], memory: 10 });
    fit.observe([1, 5], 7);
    const before = fit.snapshot();
    assert.equal(fit.observe(features, ms), false);
    assert.deepEqual(fit.snapshot(), { ...before, refused: 1 });
  });
}

test('errors are of predictions before they learn, over what was measured', () => {
  const fit = new OnlineFit({ prior: [1, 1], memory: 10 });
  assert.deepEqual(fit.report, { observations: 0, refused: 0, meanError: 0, highError: 0 });
  // 1 + 3 is predicted, 5 measured: off by a fifth.
  fit.observe([1, 3], 5);
  assert.deepEqual(fit.report, { observations: 1, refused: 0, meanError: 0.2, highError: 0.2 });
});

test('mean and quantile are those of the last 256 errors', () => {
  const errors = new ErrorWindow([0.1, 0.4]);
  errors.add(0.1);
  isNear(errors.mean, 0.2, 1e-12);
  assert.deepEqual([errors.quantile(0.5), errors.quantile(0.95)], [0.1, 0.4]);
  for (let at = 1; at <= 300; at++) errors.add(at);
  assert.deepEqual([errors.list().length, errors.list()[0], errors.list().at(-1)], [256, 45, 300]);
  assert.equal(errors.quantile(0.5), 172);
  assert.deepEqual(new ErrorWindow(errors.list()).list(), errors.list());
});

test('a snapshot survives JSON, and the model restored from it goes on alike', () => {
  const model = LatencyModel.from(prior);
  compute(model, 300);
  const restored = LatencyModel.restore(JSON.parse(JSON.stringify(model.snapshot())));
  assert.deepEqual(restored.snapshot(), model.snapshot());
  for (const each of [model, restored]) compute(each, 50, { seed: 17 });
  assert.deepEqual(restored.snapshot(), model.snapshot());
  assert.deepEqual(restored.report, model.report);
});

test('what is no snapshot is refused', () => {
  const right = new OnlineFit({ prior: [1, 1], memory: 10 }).snapshot();
  const isInvalid = (thrown: unknown) => thrown instanceof ServiceError && thrown.code === 'invalid';
  for (const wrong of [
    { ...right, version: 2 },
    { ...right, mean: [1] },
    { ...right, covariance: [1, 0, 0, Number.NaN] },
    { ...right, prior: [1, 0] },
    { ...right, observations: -1 },
    { ...right, errors: undefined },
  ]) {
    assert.throws(() => OnlineFit.restore(wrong as FitSnapshot), isInvalid);
  }
  const whole = LatencyModel.from(prior).snapshot();
  for (const wrong of [
    { ...whole, version: 2 },
    { version: 1, compute: whole.compute },
  ]) {
    assert.throws(() => LatencyModel.restore(wrong as LatencySnapshot), isInvalid);
  }
});
