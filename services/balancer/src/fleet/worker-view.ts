import type { CostLine, ModelCosts } from './model-costs.ts';

/** A model on a worker. */
export interface ModelView {
  readonly name: string;
  readonly isLoaded: boolean;
  readonly fingerprint: string;
  readonly waiting: number;
  readonly running: number;
  readonly maskedTokenSteps: number;
  /** Edits that are stepped together. */
  readonly batchMax: number;
  /** Pixels; 0 while unknown. */
  readonly side: number;
  /** 0 while unknown. */
  readonly defaultSteps: number;
  readonly defaultGuidance: number;
  /** Undefined until the worker has loaded the model. */
  readonly costs: ModelCosts | undefined;
}

/** A variant that a worker holds whole. */
export interface HeldView {
  readonly bytes: number;
  /** How much of it is in memory, 0 to 1. */
  readonly memoryShare: number;
}

export interface StoreView {
  readonly memoryBytes: number;
  readonly memoryBytesMax: number;
  readonly diskBytes: number;
  readonly diskBytesMax: number;
  /** Undefined where the worker does not say: loads from there then count as free. */
  readonly memory: CostLine | undefined;
  readonly disk: CostLine | undefined;
  readonly peer: CostLine | undefined;
}

/**
 * What is to do on a worker as of `atMs`: time of computing and of loading, which go on beside each other. Both are done
 * when the longer one is.
 */
export interface Backlog {
  readonly atMs: number;
  readonly computeMs: number;
  readonly loadMs: number;
  /** Steps of the longest edit in it, from its first one. */
  readonly steps: number;
}

/** A worker as the balancer knows it: never changed, but replaced by a newer one. */
export interface WorkerView {
  readonly worker: string;
  readonly address: string;
  /** Of its name. */
  readonly hash: number;
  readonly isServing: boolean;
  /** Whether that is so because somebody said it. */
  readonly isCordoned: boolean;
  /** When it was last heard. */
  readonly heardMs: number;
  /** Since when it has run edits and done no step; undefined while it does steps, or has none to do. */
  readonly stillSinceMs: number | undefined;
  /** What a step of the edits that run takes at most, ms, with a margin. */
  readonly stepMsMax: number;
  /** Left out until then; 0 for a worker that is not. */
  readonly ejectedUntilMs: number;
  /** How many times as long as predicted its edits take, 1 or more. */
  readonly slowness: number;
  /** In the worker, and on their way to it. */
  readonly edits: number;
  readonly editsMax: number;
  readonly editBytes: number;
  readonly editBytesMax: number;
  readonly models: ReadonlyMap<string, ModelView>;
  readonly store: StoreView;
  readonly held: ReadonlyMap<string, HeldView>;
  /** What it will hold because of edits that were sent there: variants and affinities, and how long that is believed. */
  readonly expected: ReadonlyMap<string, number>;
  readonly backlog: Backlog;
  /** Masked token-steps of edits that are on their way to it and not in its own count. */
  readonly pendingTokenSteps: number;
}

/** How much of a backlog is left at a later time, 0 to 1, on a worker that takes `slowness` times as long. */
export function leftAt({ atMs, computeMs, loadMs }: Backlog, nowMs: number, slowness: number): number {
  const totalMs = Math.max(computeMs, loadMs) * slowness;
  return totalMs <= 0 ? 0 : Math.min(1, Math.max(0, 1 - (nowMs - atMs) / totalMs));
}

/** What is left of it. */
export function backlogAt(backlog: Backlog, nowMs: number, slowness: number): Backlog {
  const left = leftAt(backlog, nowMs, slowness);
  return { ...backlog, atMs: nowMs, computeMs: backlog.computeMs * left, loadMs: backlog.loadMs * left };
}

/** Masked token-steps in a worker and on their way to it. */
export function tokenStepsOf({ models, pendingTokenSteps }: WorkerView): number {
  let sum = pendingTokenSteps;
  for (const { maskedTokenSteps } of models.values()) sum += maskedTokenSteps;
  return sum;
}
