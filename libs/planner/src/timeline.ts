import assert from 'node:assert/strict';
import { type BlockOption, type Choice, checkProblem, type Liveness, type PlanningProblem } from './problem.ts';

/** Both clocks between two blocks. */
export interface Clocks {
  /** When the link has brought all that was asked of it so far. */
  readonly linkMs: number;
  /** When the last block is computed. */
  readonly processorMs: number;
}

export interface Timeline extends Clocks {
  /** When the last block of the last step is computed. */
  readonly finishMs: number;
  readonly computeMs: number;
  readonly loadMs: number;
  /** Time in which the processor waits for loads. */
  readonly waitMs: number;
  /** max(sum of compute, sum of loads): no order of loads can be faster. */
  readonly fluidMs: number;
}

/** The clocks after one more block. A block that reads nothing does not wait for the link. */
export function after({ linkMs, processorMs }: Clocks, { computeMs, loadMs }: BlockOption): Clocks {
  const link = linkMs + loadMs;
  const begins = loadMs > 0 ? Math.max(processorMs, link) : processorMs;
  return { linkMs: link, processorMs: begins + computeMs };
}

export function startClocks({ linkFreeMs = 0, processorFreeMs = 0 }: PlanningProblem): Clocks {
  return { linkMs: linkFreeMs, processorMs: processorFreeMs };
}

export function fits({ from }: BlockOption, state: Liveness): boolean {
  return from === undefined || from === state;
}

/** What a choice of options takes. Throws for an option that is not there or does not fit the state of U. */
export function timeline(problem: PlanningProblem, choice: Choice): Timeline {
  checkProblem(problem);
  return timelineOf(problem, choice);
}

/** The same for a problem that was checked. */
export function timelineOf(problem: PlanningProblem, choice: Choice): Timeline {
  let clocks = startClocks(problem);
  let [computeMs, loadMs, waitMs] = [0, 0, 0];
  for (const [step, blocks] of problem.steps.entries()) {
    let state: Liveness = 'live';
    for (const [block, options] of blocks.entries()) {
      const option = options[choice[step]?.[block] ?? -1];
      assert(option !== undefined && fits(option, state), `step ${step}, block ${block}: no such option here`);
      const next = after(clocks, option);
      waitMs += next.processorMs - option.computeMs - clocks.processorMs;
      computeMs += option.computeMs;
      loadMs += option.loadMs;
      clocks = next;
      state = option.leaves;
    }
  }
  return { ...clocks, finishMs: clocks.processorMs, computeMs, loadMs, waitMs, fluidMs: Math.max(computeMs, loadMs) };
}
