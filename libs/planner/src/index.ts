export { greedyPlan, uniformChoice } from './baselines.ts';
export { blockOptions, type EditWork, type PinnedProfile, planEdit } from './edit-plan.ts';
export { exactPlan } from './exact.ts';
export type { BlockOption, Choice, Liveness, PlanningProblem, StepOptions } from './problem.ts';
export { type Clocks, type Timeline, timeline } from './timeline.ts';
