import type { StepOptions } from './problem.ts';

/** Indices of the states of U in tables. */
export const live = 0;
export const stored = 1;

/** A block of a problem as columns, an entry for each option. */
export interface PlannedBlock {
  readonly count: number;
  readonly compute: Float64Array;
  readonly load: Float64Array;
  /** The state that an option needs; -1 for any. */
  readonly from: Int8Array;
  readonly leaves: Int8Array;
  /** Whether a step begins with it: U is live then. */
  readonly isFirst: boolean;
}

/** The blocks of all steps, one after the other. */
export function plannedBlocks(steps: readonly StepOptions[]): readonly PlannedBlock[] {
  const stateOf = (state: 'live' | 'stored') => (state === 'live' ? live : stored);
  return steps.flatMap((blocks) =>
    blocks.map((options, block) => ({
      count: options.length,
      compute: Float64Array.from(options, ({ computeMs }) => computeMs),
      load: Float64Array.from(options, ({ loadMs }) => loadMs),
      from: Int8Array.from(options, ({ from }) => (from === undefined ? -1 : stateOf(from))),
      leaves: Int8Array.from(options, ({ leaves }) => stateOf(leaves)),
      isFirst: block === 0,
    })),
  );
}
