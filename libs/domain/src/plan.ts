import assert from 'node:assert/strict';

/**
 * How a block gets the context of the unmasked rows U (design: modes).
 * `full`: every row is computed. `kv`: keys and values of U come from the store.
 * `x`: the hidden state of U comes from the store and is projected to keys and values with the edit's modulation.
 */
export const modes = ['full', 'kv', 'x'] as const;
export type Mode = (typeof modes)[number];

/** A mode for each step and block: `plan[step][block]`. Fixed when the edit is admitted. */
export type Plan = readonly (readonly Mode[])[];

/** The plan that uses one mode everywhere. */
export function uniformPlan(mode: Mode, { steps, blocks }: { readonly steps: number; readonly blocks: number }): Plan {
  assert(steps > 0 && blocks > 0, 'uniformPlan: steps and blocks must be positive');
  return Array.from({ length: steps }, () => Array.from({ length: blocks }, () => mode));
}

/** Whether blocks of these modes read the stored hidden state: mode x, or full after another mode. */
export function needsHidden(modes: readonly Mode[]): boolean {
  return modes.some((_, block) => readsHidden(modes, block));
}

/** Whether one block of these modes reads it. */
export function readsHidden(modes: readonly Mode[], block: number): boolean {
  const mode = modes[block];
  return mode === 'x' || (mode === 'full' && block > 0 && modes[block - 1] !== 'full');
}
