import type { BlockOption, StepOptions } from './problem.ts';

/** Indices of the states of U in tables. */
export const live = 0;
export const stored = 1;

/** The ways to run a block as columns, an entry for each option. */
interface OptionColumns {
  readonly count: number;
  readonly compute: Float64Array;
  readonly load: Float64Array;
  /** The state that an option needs; -1 for any. */
  readonly from: Int8Array;
  readonly leaves: Int8Array;
}

export interface PlannedBlock extends OptionColumns {
  /** Whether a step begins with it: U is live then. */
  readonly isFirst: boolean;
}

/** The blocks of all steps, one after the other; blocks that share their options share the columns. */
export function plannedBlocks(steps: readonly StepOptions[]): readonly PlannedBlock[] {
  const known = new Map<readonly BlockOption[], OptionColumns>();
  const columnsOf = (options: readonly BlockOption[]): OptionColumns => {
    const made = known.get(options) ?? columns(options);
    known.set(options, made);
    return made;
  };
  return steps.flatMap((blocks) => blocks.map((options, block) => ({ ...columnsOf(options), isFirst: block === 0 })));
}

function columns(options: readonly BlockOption[]): OptionColumns {
  const count = options.length;
  const made = {
    count,
    compute: new Float64Array(count),
    load: new Float64Array(count),
    from: new Int8Array(count),
    leaves: new Int8Array(count),
  };
  const stateOf = (state: BlockOption['leaves']) => (state === 'live' ? live : stored);
  for (const [index, { computeMs, loadMs, from, leaves }] of options.entries()) {
    made.compute[index] = computeMs;
    made.load[index] = loadMs;
    made.from[index] = from === undefined ? -1 : stateOf(from);
    made.leaves[index] = stateOf(leaves);
  }
  return made;
}
