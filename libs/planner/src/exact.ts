import { greedyPlan } from './baselines.ts';
import { Beginnings } from './beginnings.ts';
import { RemainingBounds } from './bounds.ts';
import { live, type PlannedBlock, plannedBlocks, stored } from './planned-blocks.ts';
import { type Choice, checkProblem, type PlanningProblem } from './problem.ts';
import { startClocks, timelineOf } from './timeline.ts';

/** How much of a bound may be rounding: a plan is discarded only when it is worse by more. */
const slack = 1 + 1e-9;
/** Beginnings that the first, inexact search carries on. */
const beam = 6;

/**
 * The plan that ends first, of all plans; of those that end together, one with the least to load.
 *
 * Dynamic programming over the blocks: of two beginnings that leave U in the same state, one whose link and processor
 * are both free no later is at least as good whatever follows, so only the Pareto front of (link free, processor free)
 * is carried on. A beginning is discarded too when even its lower bound is later than a plan already known, from a
 * search that keeps a few beginnings only. Both keep the result exact. Equal beginnings: the one with earlier options
 * stays, so the plan is a function of the problem.
 */
export function exactPlan(problem: PlanningProblem): Choice {
  checkProblem(problem);
  const blocks = plannedBlocks(problem.steps);
  const bounds = new RemainingBounds(blocks);
  const search = (knownMs: number, keptMax: number) => searchPlan(problem, { blocks, bounds, knownMs, keptMax });
  const end = (plan: Choice) => timelineOf(problem, plan).finishMs;
  let known = greedyPlan(problem);
  for (const plan of bounds.plans()) {
    const found = bySteps(problem, plan);
    if (end(found) < end(known)) known = found;
  }
  const near = search(end(known), beam);
  if (near !== undefined && end(near) < end(known)) known = near;
  return search(end(known), Number.POSITIVE_INFINITY) ?? known;
}

interface SearchFields {
  readonly blocks: readonly PlannedBlock[];
  readonly bounds: RemainingBounds;
  /** The end of a known plan: no worse beginning is carried on. */
  readonly knownMs: number;
  /** How many beginnings of a front are carried on, those with the lowest bounds; all of them for an exact search. */
  readonly keptMax: number;
}

type Fronts = readonly [live: number[], stored: number[]];

function searchPlan(problem: PlanningProblem, fields: SearchFields): Choice | undefined {
  const { blocks, bounds, knownMs, keptMax } = fields;
  const beginnings = new Beginnings();
  const { linkMs, processorMs } = startClocks(problem);
  const limitMs = knownMs * slack;

  const extend = (index: number, fronts: Fronts): Fronts => {
    const next: Fronts = [[], []];
    const block = blocks[index];
    if (block === undefined) return next;
    const { count, compute, load, from, leaves } = block;
    for (const state of [live, stored] as const) {
      for (let option = 0; option < count; option++) {
        if (from[option] !== -1 && from[option] !== state) continue;
        const into = leaves[option] === live ? live : stored;
        const loadMs = load[option] ?? 0;
        for (const parent of fronts[state]) {
          const link = beginnings.link(parent) + loadMs;
          const before = beginnings.processor(parent);
          const processor = (loadMs > 0 && link > before ? link : before) + (compute[option] ?? 0);
          if (bounds.endMs(index + 1, into, link - linkMs, processor, limitMs) > limitMs) continue;
          next[into].push(beginnings.add(link, processor, parent, option));
        }
      }
    }
    return [trimmed(index + 1, live, next[live]), trimmed(index + 1, stored, next[stored])];
  };

  const trimmed = (index: number, state: number, nodes: number[]): number[] => {
    const front = beginnings.front(nodes);
    if (front.length <= keptMax) return front;
    const ends = new Map<number, number>();
    for (const node of front) {
      const link = beginnings.link(node) - linkMs;
      ends.set(node, bounds.endMs(index, state, link, beginnings.processor(node), Number.POSITIVE_INFINITY));
    }
    return front.toSorted((a, b) => (ends.get(a) ?? 0) - (ends.get(b) ?? 0) || a - b).slice(0, keptMax);
  };

  let fronts: Fronts = [[beginnings.add(linkMs, processorMs, -1, -1)], []];
  for (const [index, { isFirst }] of blocks.entries()) {
    if (isFirst && index > 0) fronts = [beginnings.front([...fronts[live], ...fronts[stored]]), []];
    fronts = extend(index, fronts);
  }
  const ends = beginnings.front([...fronts[live], ...fronts[stored]]);
  // A front falls in processor time as it grows in link time: its last one ends first.
  const best = ends.at(-1);
  return best === undefined ? undefined : bySteps(problem, beginnings.options(best));
}

function bySteps({ steps }: PlanningProblem, plan: readonly number[]): Choice {
  let from = 0;
  return steps.map((blocks) => {
    from += blocks.length;
    return plan.slice(from - blocks.length, from);
  });
}
