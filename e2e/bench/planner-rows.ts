import { type BlockOption, exactPlan, greedyPlan, type PlanningProblem, timeline } from '@instgenie/planner';
import { type Row, row } from './rows.ts';

const blocks = 57;

/** How long the exact planner takes, and what it makes of the paper's constants. */
export function plannerRows(isQuick: boolean): readonly Row[] {
  const random = seeded(20_601);
  const problems = Array.from({ length: isQuick ? 300 : 2_000 }, () => fiveModes(random));
  // The first calls compile the planner.
  for (const problem of problems.slice(0, 100)) exactPlan(problem);
  const times = problems.map((problem) => {
    const began = performance.now();
    exactPlan(problem);
    return performance.now() - began;
  });
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  const paper = paperProblem();
  return [
    row('pipeline.planner.p50_ms', at(0.5), { unit: 'ms' }),
    row('pipeline.planner.p99_ms', at(0.99), { unit: 'ms', atMost: 2 }),
    row('pipeline.planner.paper_ms', timeline(paper, exactPlan(paper)).finishMs, { unit: 'ms', atMost: 41.8 }),
    row('pipeline.planner.paper_greedy_ms', timeline(paper, greedyPlan(paper)).finishMs, { unit: 'ms' }),
  ];
}

/** A model of 57 blocks whose costs differ from block to block, each to be run in one of five ways. */
function fiveModes(random: () => number): PlanningProblem {
  const linkShare = 0.2 + 1.6 * random();
  const step = Array.from({ length: blocks }, (): readonly BlockOption[] => {
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
  });
  return { steps: [step] };
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
