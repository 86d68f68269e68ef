import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { greedyPlan, uniformChoice } from './baselines.ts';
import { blockOptions, planEdit } from './edit-plan.ts';
import { exactPlan } from './exact.ts';
import type { BlockOption, PlanningProblem } from './problem.ts';
import { bruteForceMs, paperProblem } from './testing.ts';
import { timeline } from './timeline.ts';

const finish = (problem: PlanningProblem, choice: ReturnType<typeof exactPlan>) => timeline(problem, choice).finishMs;

/** Small whole numbers make many ties; halves keep sums exact. */
const ms = fc.integer({ min: 0, max: 12 }).map((halves) => halves / 2);
const option = fc.record(
  {
    mode: fc.constantFrom('full', 'kv', 'x'),
    computeMs: ms,
    loadMs: ms,
    from: fc.constantFrom('live' as const, 'stored' as const),
    leaves: fc.constantFrom('live' as const, 'stored' as const),
  },
  { requiredKeys: ['mode', 'computeMs', 'loadMs', 'leaves'] },
);
/** Every block can be run in some way. */
const block = fc
  .tuple(fc.array(option, { maxLength: 3 }), ms, ms)
  .map(([options, computeMs, loadMs]): BlockOption[] => [
    ...options,
    { mode: 'kv', computeMs, loadMs, leaves: 'stored' },
  ]);
const problem: fc.Arbitrary<PlanningProblem> = fc.record(
  {
    steps: fc.array(fc.array(block, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 2 }),
    linkFreeMs: ms,
    processorFreeMs: ms,
  },
  { requiredKeys: ['steps'] },
);

test('the exact plan ends when the best of all plans does, on 10,000 random problems', () => {
  fc.assert(
    fc.property(problem, (given) => {
      assert.equal(finish(given, exactPlan(given)), bruteForceMs(given));
    }),
    { numRuns: 10_000, seed: 20601 },
  );
});

test('the exact plan is never later than the greedy one or all kv, nor earlier than its fluid bound', () => {
  const cost = fc.double({ min: 0.05, max: 3, noNaN: true });
  const long = fc.array(fc.tuple(cost, cost, cost), { minLength: 20, maxLength: 57 }).map((blocks): PlanningProblem => {
    const step = blocks.map(([full, keys, hidden]): BlockOption[] => [
      { mode: 'full', computeMs: full, loadMs: 0, from: 'live', leaves: 'live' },
      { mode: 'full', computeMs: full, loadMs: hidden, from: 'stored', leaves: 'live' },
      { mode: 'kv', computeMs: full / 4, loadMs: keys, leaves: 'stored' },
      { mode: 'x', computeMs: full / 2, loadMs: hidden, leaves: 'stored' },
    ]);
    return { steps: [step] };
  });
  fc.assert(
    fc.property(long, (given) => {
      const exact = timeline(given, exactPlan(given));
      assert.ok(exact.finishMs <= finish(given, greedyPlan(given)));
      assert.ok(exact.finishMs <= finish(given, uniformChoice(given, 'kv')));
      assert.ok(exact.finishMs >= exact.fluidMs * (1 - 1e-12));
    }),
    { numRuns: 200, seed: 7 },
  );
});

test("with the constants of the paper's artifact the greedy plan takes 45.7 ms and the exact one 41.8", () => {
  assert.equal(finish(paperProblem, greedyPlan(paperProblem)).toFixed(1), '45.7');
  const exact = finish(paperProblem, exactPlan(paperProblem));
  assert.ok(exact <= 41.8, `${exact}`);
});

test('a block that reads nothing does not wait for the link, and loads run ahead into the next step', () => {
  const full: BlockOption = { mode: 'full', computeMs: 4, loadMs: 0, leaves: 'live' };
  const kv: BlockOption = { mode: 'kv', computeMs: 1, loadMs: 3, leaves: 'stored' };
  const given = {
    steps: [
      [[full], [kv]],
      [[kv], [kv]],
    ],
  };
  const found = timeline(given, [
    [0, 0],
    [0, 0],
  ]);
  // Loads end at 3, 6 and 9; the first of them hides behind the full block.
  assert.deepEqual(found, { linkMs: 9, processorMs: 10, finishMs: 10, computeMs: 7, loadMs: 9, waitMs: 3, fluidMs: 9 });
});

test('at the start of each step U is live again', () => {
  const live: BlockOption = { mode: 'full', computeMs: 1, loadMs: 0, from: 'live', leaves: 'stored' };
  const reload: BlockOption = { mode: 'full', computeMs: 1, loadMs: 5, from: 'stored', leaves: 'stored' };
  const given = {
    steps: [
      [
        [live, reload],
        [live, reload],
      ],
      [[live, reload]],
    ],
  };
  assert.deepEqual(exactPlan(given), [[0, 1], [0]]);
  assert.throws(() => timeline(given, [[0, 0], [0]]), /step 0, block 1: no such option here/);
});

test('of equal plans the one with less to load, then with earlier options, is chosen', () => {
  const option = (mode: string, loadMs: number): BlockOption => ({ mode, computeMs: 2, loadMs, leaves: 'stored' });
  const given = { steps: [[[option('a', 1), option('b', 0), option('c', 0)]], [[option('a', 2), option('b', 2)]]] };
  assert.deepEqual(exactPlan(given), [[1], [0]]);
});

for (const { name, problem: bad, message } of [
  { name: 'no step', problem: { steps: [] }, message: /a plan needs a step/ },
  { name: 'a step without blocks', problem: { steps: [[]] }, message: /step 0 has no blocks/ },
  { name: 'a block without options', problem: { steps: [[[]]] }, message: /block 0 has no options/ },
  {
    name: 'a time that is no number',
    problem: { steps: [[[{ mode: 'kv', computeMs: Number.NaN, loadMs: 0, leaves: 'stored' as const }]]] },
    message: /kv: times must be finite and not negative/,
  },
  { name: 'a clock before zero', problem: { ...paperProblem, linkFreeMs: -1 }, message: /clocks must be finite/ },
]) {
  test(`${name} is a mistake of the program`, () => {
    assert.throws(() => exactPlan(bad), message);
    assert.throws(() => greedyPlan(bad), message);
  });
}

test('the plan of an edit is full where loading costs more than computing, kv where it costs less, and x between', () => {
  const work = {
    steps: 4,
    blocks: 12,
    flops: { full: 10e9, x: 4e9, kv: 1e9 },
    keysAndValuesBytes: 2e6,
    hiddenBytes: 1e6,
  };
  const profile = { version: 'test', batch: 1, blockMs: 0.1, flopsPerMs: 1e9 };
  const modesAt = (bytesPerMs: number) => new Set(planEdit({ ...profile, bytesPerMs }, work).flat());
  assert.deepEqual(modesAt(1e9), new Set(['kv']));
  assert.deepEqual(modesAt(1), new Set(['full']));
  assert.ok(modesAt(0.35e6).has('x'));
  assert.equal(planEdit({ ...profile, bytesPerMs: 1e6 }, work).length, 4);
  const { hiddenBytes: _, ...withoutHidden } = work;
  const plan = planEdit({ ...profile, bytesPerMs: 0.2e6 }, { ...withoutHidden, hiddenBytes: undefined });
  for (const modes of plan) {
    const firstStored = modes.indexOf('kv');
    assert.ok(firstStored < 0 || modes.slice(firstStored).every((mode) => mode === 'kv'));
  }
});

test('the steps of an edit take about as long as its fluid bound, whatever the costs: none is fast at the cost of others', () => {
  const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  const costs = fc.record({
    kv: share(0.1, 0.5),
    x: share(0.05, 0.35),
    keys: share(0.2, 3.2),
    hidden: share(0.4, 0.6),
  });
  const steps = 28;
  fc.assert(
    fc.property(costs, ({ kv, x, keys, hidden }) => {
      const profile = { version: 'test', batch: 1, blockMs: 0.02, flopsPerMs: 1, bytesPerMs: 1 };
      const work = {
        steps,
        blocks: 57,
        flops: { full: 1, kv, x: kv + x },
        keysAndValuesBytes: keys * kv,
        hiddenBytes: hidden * keys * kv,
      };
      const step = blockOptions(profile, work);
      const given: PlanningProblem = { steps: Array.from({ length: steps }, () => step) };
      const choice = planEdit(profile, work).map((modes) =>
        modes.map((mode, block) => {
          const from = block === 0 || modes[block - 1] === 'full' ? 'live' : 'stored';
          return step[block]?.findIndex((option) => option.mode === mode && (option.from ?? from) === from) ?? -1;
        }),
      );
      assert.ok(finish(given, choice) <= 1.03 * steps * leastFluidMs(step));
    }),
    { numRuns: 100, seed: 28 },
  );
});

/** A lower bound of the fluid bound of any plan of a step: the highest of some weighted sums of compute and loads. */
function leastFluidMs(step: readonly (readonly BlockOption[])[]): number {
  const weights = Array.from({ length: 101 }, (_, index) => index / 100);
  return Math.max(
    ...weights.map((weight) => {
      let left = { live: 0, stored: 0 };
      for (const options of step.toReversed()) {
        const least = (state: 'live' | 'stored') =>
          Math.min(
            ...options
              .filter(({ from = state }) => from === state)
              .map(({ computeMs, loadMs, leaves }) => weight * computeMs + (1 - weight) * loadMs + left[leaves]),
          );
        left = { live: least('live'), stored: least('stored') };
      }
      return left.live;
    }),
  );
}
