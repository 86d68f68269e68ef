import type { EditLeft } from './sent-edits.ts';

export interface BatchProgress {
  /** Edits that this balancer sent there. */
  readonly sent: readonly EditLeft[];
  /** Edits that run, by the worker's count, at the beginning and at the end. */
  readonly running: readonly [before: number, now: number];
  readonly waiting: number;
  /** Of a step, beside its edits. */
  readonly startMs: number;
  readonly stepsPerMs: number;
}

/**
 * How many times as long as its edits say a worker's steps take. Undefined where that cannot be told: the batch has changed,
 * or there are edits in it that others sent.
 */
export function progressRatio({ sent, running, waiting, startMs, stepsPerMs }: BatchProgress): number | undefined {
  const [before, now] = running;
  if (stepsPerMs <= 0 || now === 0 || before !== now || waiting > 0) return undefined;
  let [count, computeMs, loadMs] = [0, startMs, 0];
  for (const { edit, isCounted, left } of sent) {
    if (!isCounted || left === 0) continue;
    count++;
    computeMs += (edit.computeMs + edit.extraMs) / edit.steps;
    loadMs += edit.loadMs / edit.steps;
  }
  return count === now ? 1 / (stepsPerMs * Math.max(computeMs, loadMs)) : undefined;
}
