import { type BlockOption, exactPlan, greedyPlan, type PlanningProblem, timeline } from '@instgenie/planner';
import { type Row, row } from './rows.ts';

const blocks = 57;

/** How long the exact planner takes, and what it makes of the paper's constants. */
export function plannerRows(isQuick: boolean): readonly Row[] {
  const count = isQuick ? 300 : 2_000;
  const byKind = planTimes(count, twoKinds);
  const byBlock = planTimes(count, (random, shared) => Array.from({ length: blocks }, () => fiveModes(random, shared)));
  const paper = paperProblem();
  return [
    row('pipeline.planner.p50_ms', byKind(0.5), { unit: 'ms' }),
    row('pipeline.planner.p99_ms', byKind(0.99), { unit: 'ms', atMost: 2 }),
    row('pipeline.planner.uneven.p50_ms', byBlock(0.5), { unit: 'ms' }),
    row('pipeline.planner.uneven.p99_ms', byBlock(0.99), { unit: 'ms' }),
    row('pipeline.planner.paper_ms', timeline(paper, exactPlan(paper)).finishMs, { unit: 'ms', atMost: 41.8 }),
    row('pipeline.planner.paper_greedy_ms', timeline(paper, greedyPlan(paper)).finishMs, { unit: 'ms' }),
  ];
}

type Step = PlanningProblem['steps'][number];

/** Quantiles of the time that random problems take. */
function planTimes(count: number, make: (random: () => number, linkShare: number) => Step): (share: number) => number {
  const random = seeded(20_601);
  const problems = Array.from({ length: count }, () => ({ steps: [make(random, 0.2 + 1.6 * random())] }));
  // The first calls compile the planner.
  for (const problem of problems.slice(0, 100)) exactPlan(problem);
  const times = problems.map((problem) => {
    const began = performance.now();
    exactPlan(problem);
    return performance.now() - began;
  });
  const sorted = times.toSorted((a, b) => a - b);
  return (share) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

/** FLUX.1: 19 double and 38 single blocks; those of a kind cost the same, as in any profile of a model. */
function twoKinds(random: () => number, linkShare: number): Step {
  const [double, single] = [fiveModes(random, linkShare), fiveModes(random, linkShare)];
  return Array.from({ length: blocks }, (_, block) => (block < 19 ? double : single));
}

/** Five ways to run a block, at random costs. */
function fiveModes(random: () => number, linkShare: number): readonly BlockOption[] {
  const full = 1.5 + random();
  const masked = full * (0.25 + 0.1 * random());
  const keys = linkShare * masked * (0.9 + 0.2 * random());
  return [
    { mode: 'full', computeMs: full, loadMs: 0, from: 'live', leaves: 'live' },
    { mode: 'full', computeMs: full, loadMs: keys / 2, from: 'stored', leaves: 'live' },
    { mode: 'kv', computeMs: masked, loadMs: keys, leaves: 'stored' },
    { mode: 'x', computeMs: masked + full / 6, loadMs: keys / 2, leaves: 'stored' },
    { mode: 'kv-int8', computeMs: masked * 1.05, loadMs: keys * 0.27, leaves: 'stored' },
  ];
}

/** The constants of the paper's artifact. */
function paperProblem(): PlanningProblem {
  const layer: readonly BlockOption[] = [
    { mode: 'full', computeMs: 1.905, loadMs: 0, leaves: 'stored' },
    { mode: 'kv', computeMs: 0.619, loadMs: 0.791, leaves: 'stored' },
  ];
  return { steps: [Array.from({ length: blocks }, () => layer)] };
}

/** Numbers in [0, 1), the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
