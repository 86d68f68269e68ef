import { type Choice, checkProblem, type Liveness, type PlanningProblem } from './problem.ts';
import { after, fits, startClocks } from './timeline.ts';

/**
 * The paper's Algorithm 1 (arXiv 2505.20600) as its artifact behaves: block by block, the option that is finished first.
 * It never spends time now to save some later.
 */
export function greedyPlan(problem: PlanningProblem): Choice {
  checkProblem(problem);
  let clocks = startClocks(problem);
  return problem.steps.map((blocks) => {
    let state: Liveness = 'live';
    return blocks.map((options) => {
      let [best, bestMs] = [-1, Number.POSITIVE_INFINITY];
      for (const [index, option] of options.entries()) {
        const { processorMs } = after(clocks, option);
        if (!fits(option, state) || processorMs >= bestMs) continue;
        [best, bestMs] = [index, processorMs];
      }
      const chosen = options[best];
      if (chosen === undefined) throw new RangeError('a block has no option for the state of U before it');
      clocks = after(clocks, chosen);
      state = chosen.leaves;
      return best;
    });
  });
}

/** Every block in one mode: all `kv` is the plan of a server that caches everything, all `full` that of none. */
export function uniformChoice({ steps }: PlanningProblem, mode: string): Choice {
  return steps.map((blocks) => {
    let state: Liveness = 'live';
    return blocks.map((options) => {
      const index = options.findIndex((option) => option.mode === mode && fits(option, state));
      const chosen = options[index];
      if (chosen === undefined) throw new RangeError(`a block has no option ${mode}`);
      state = chosen.leaves;
      return index;
    });
  });
}
