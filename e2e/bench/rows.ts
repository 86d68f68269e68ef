import type { RandomShape } from './random-checkpoint.ts';

/** One measured figure; its name, unit and goal do not change from version to version. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: string;
  readonly holds?: boolean;
  /** Of rows that no engine computed for. */
  readonly engine?: 'simulated';
}

export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

export interface BenchResult {
  readonly rows: readonly Row[];
  readonly skipped?: readonly Skipped[];
}

export interface BenchContext {
  /** Fewer repeats: the bench ends within 50 s. */
  readonly isQuick: boolean;
  /** `engine`: measure random weights of this shape instead of the one that the goals are for. */
  readonly shape?: RandomShape;
  /** Tells a person what is being measured. */
  readonly say: (line: string) => void;
}

export type Bench = (context: BenchContext) => Promise<BenchResult>;

interface RowOptions {
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A row; with a goal it also says whether the goal holds. */
export function row(name: string, value: number, { unit, atLeast, atMost }: RowOptions): Row {
  if (atLeast !== undefined) return { name, value, unit, goal: `>= ${atLeast}`, holds: value >= atLeast };
  if (atMost !== undefined) return { name, value, unit, goal: `<= ${atMost}`, holds: value <= atMost };
  return { name, value, unit };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The least value that so large a share of all does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Runs every side once a round, so that a slow moment of the machine meets all of them; medians by side, in ms. */
export async function interleaved<Side extends string>(
  sides: Readonly<Record<Side, () => Promise<number>>>,
  rounds: number,
): Promise<Readonly<Record<Side, number>>> {
  const names = Object.keys(sides) as Side[];
  const times = new Map<Side, number[]>(names.map((name) => [name, []]));
  for (const name of names) await sides[name]();
  for (let round = 0; round < rounds; round++) {
    for (const name of names) times.get(name)?.push(await sides[name]());
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<Side, number>;
}
