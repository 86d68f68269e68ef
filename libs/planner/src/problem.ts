import assert from 'node:assert/strict';

/** Whether the unmasked rows U are in memory as live rows when a block begins: at a step's start, and after `full`. */
export type Liveness = 'live' | 'stored';

/** One way to run a block. */
export interface BlockOption {
  /** The mode's name; plans name it. */
  readonly mode: string;
  readonly computeMs: number;
  /** Time on the link for what the block reads of the store; 0 where it reads nothing or it is resident. */
  readonly loadMs: number;
  /** The state of U that it needs; undefined when it may follow any block. */
  readonly from?: Liveness;
  /** The state of U that it leaves. */
  readonly leaves: Liveness;
}

/** The ways to run each block of a step, in order. */
export type StepOptions = readonly (readonly BlockOption[])[];

/**
 * What is to be planned: steps in order, each with its blocks in order. One link loads what the chosen options read, in
 * the order of the blocks and also ahead into the next step; one processor runs the blocks in order, each when its load
 * and the block before it are finished. At a step's start U is live.
 */
export interface PlanningProblem {
  readonly steps: readonly StepOptions[];
  /** When the link is free, ms; 0 by default. */
  readonly linkFreeMs?: number;
  /** When the processor is free, ms; 0 by default. */
  readonly processorFreeMs?: number;
}

/** The option chosen for each step and block, by its index. */
export type Choice = readonly (readonly number[])[];

/** Throws for times that are not finite and non-negative, for a block without options, and for no blocks at all. */
export function checkProblem({ steps, linkFreeMs = 0, processorFreeMs = 0 }: PlanningProblem): void {
  assert(steps.length > 0, 'a plan needs a step');
  assert(isTime(linkFreeMs) && isTime(processorFreeMs), 'clocks must be finite and not negative');
  for (const [step, blocks] of steps.entries()) {
    assert(blocks.length > 0, `step ${step} has no blocks`);
    for (const [block, options] of blocks.entries()) {
      assert(options.length > 0, `step ${step}, block ${block} has no options`);
      for (const { mode, computeMs, loadMs } of options) {
        assert(
          isTime(computeMs) && isTime(loadMs),
          `step ${step}, block ${block}, ${mode}: times must be finite and not negative`,
        );
      }
    }
  }
}

function isTime(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 0;
}
