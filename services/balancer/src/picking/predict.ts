import type { Tier } from '@instgenie/domain';
import { loadMs, type ModelCosts, rowsMs } from '../fleet/model-costs.ts';
import { backlogAt, type ModelView, type WorkerView } from '../fleet/worker-view.ts';
import { computedTokens, type PickRequest } from './pick-request.ts';

/** When an edit would be done on a worker, and why then. */
export interface Prediction {
  /** From now until its result, ms. */
  readonly finishMs: number;
  /** Of that: what is to be done for others first or meanwhile. */
  readonly queueMs: number;
  /** Of that: its own rows. */
  readonly computeMs: number;
  /** Of that: what getting the activations takes beyond computing; computing them, where that is the cheapest way. */
  readonly getMs: number;
  /** Where the activations come from; `none`: they are computed, or not needed. */
  readonly tier: Tier;
  /** All of its own rows, ms, without the starts of steps, which it shares with others. */
  readonly rowsMs: number;
  /** All that it computes beside them, ms: a template that it fills. */
  readonly extraMs: number;
  /** All of its loads, ms: more than `getMs`, as most of them happen while rows are computed. */
  readonly loadMs: number;
}

/** What is the same for all workers that are asked about. */
export interface PredictionContext {
  readonly nowMs: number;
  /** For workers that have not loaded the model yet: what another one has fitted. */
  readonly fallback: ModelCosts | undefined;
  /** What loading the model takes where it is not loaded. */
  readonly modelLoadMs: number;
  /** The variant as somebody holds it whole; undefined where nobody does. */
  readonly atPeers: { readonly bytes: number; readonly holders: number } | undefined;
}

/** A way to an edit's activations. */
interface Way {
  readonly tier: Tier;
  /** All loads, ms. */
  readonly loadMs: number;
  /** Computing beside the edit's own rows, ms. */
  readonly extraMs: number;
}

/**
 * When an edit would be done. Edits that are stepped together share the device evenly, and those that are there began
 * before this one: all of what they have left is done by its end, less where this one has fewer steps to go. Loads go on
 * beside computing, so of the two sums the longer one counts:
 *
 *     finish = around + slowness x max(backlog + steps x (start + rows) + recompute, loads of others + own loads)
 */
export function predict(
  view: WorkerView,
  model: ModelView,
  request: PickRequest,
  context: PredictionContext,
): Prediction {
  const costs = model.costs ?? context.fallback;
  const { slowness } = view;
  const backlog = backlogAt(view.backlog, context.nowMs, slowness);
  const share = overlap(request.steps, model.defaultSteps);
  const queueMs = backlog.computeMs * share + (model.isLoaded ? 0 : context.modelLoadMs);
  const queueLoadMs = backlog.loadMs * share;
  if (costs === undefined) return unfitted(queueMs, request);
  const ownMs = request.steps * rowsMs(costs, computedTokens(request), request.tokens);
  const computeMs = request.steps * costs.compute.startMs + ownMs;
  const busyMs = queueMs + computeMs;
  let best: Way | undefined;
  let bestMs = Number.POSITIVE_INFINITY;
  for (const way of waysTo(view, costs, request, context)) {
    const ms = Math.max(busyMs + way.extraMs, queueLoadMs + way.loadMs);
    if (ms >= bestMs) continue;
    best = way;
    bestMs = ms;
  }
  return {
    finishMs: costs.aroundMs + slowness * bestMs,
    queueMs: slowness * queueMs,
    computeMs: costs.aroundMs + slowness * computeMs,
    getMs: slowness * (bestMs - busyMs),
    tier: best?.tier ?? 'none',
    rowsMs: ownMs,
    extraMs: best?.extraMs ?? 0,
    loadMs: best?.loadMs ?? 0,
  };
}

/**
 * How much of what others have left is done while this edit runs. With as many steps as the others have in all: all of it.
 * With fewer, x of theirs, and theirs left in equal shares between none and all: 2x - x^2.
 */
function overlap(steps: number, usualSteps: number): number {
  if (usualSteps <= 0 || steps >= usualSteps) return 1;
  const share = steps / usualSteps;
  return share * (2 - share);
}

/** Nobody has fitted anything: a worker is as good as what is to do on it. */
function unfitted(queueMs: number, request: PickRequest): Prediction {
  const computeMs = request.steps;
  return {
    finishMs: queueMs + computeMs,
    queueMs,
    computeMs,
    getMs: 0,
    tier: 'none',
    rowsMs: computeMs,
    extraMs: 0,
    loadMs: 0,
  };
}

const notNeeded: readonly Way[] = [{ tier: 'none', loadMs: 0, extraMs: 0 }];

/** How the worker could get the activations: what it holds, or else from a peer, or by computing them. */
function waysTo(
  view: WorkerView,
  costs: ModelCosts,
  request: PickRequest,
  { nowMs, atPeers }: PredictionContext,
): readonly Way[] {
  if (request.isDense) return notNeeded;
  const { steps, tokens } = request;
  const { memory, disk, peer } = view.store;
  const recompute: Way = {
    tier: 'none',
    loadMs: 0,
    extraMs: steps * rowsMs(costs, tokens, tokens),
  };
  const stepBytes = (bytes: number | undefined) =>
    bytes === undefined || bytes === 0 || costs.defaultSteps === 0
      ? costs.bytesOfToken * tokens
      : bytes / costs.defaultSteps;
  for (const variant of request.variants) {
    const held = view.held.get(variant);
    if (held === undefined) continue;
    const bytes = stepBytes(held.bytes);
    const { memoryShare } = isExpected(view, request, nowMs) ? { memoryShare: 1 } : held;
    const local: Way = {
      tier: memoryShare > 0.5 ? 'memory' : 'disk',
      loadMs: steps * (memoryShare * loadMs(memory, bytes) + (1 - memoryShare) * loadMs(disk, bytes)),
      extraMs: 0,
    };
    return memoryShare === 1 ? [local] : [local, recompute];
  }
  if (isExpected(view, request, nowMs)) {
    return [{ tier: 'memory', loadMs: steps * loadMs(memory, stepBytes(atPeers?.bytes)), extraMs: 0 }];
  }
  if (atPeers === undefined) return [recompute];
  return [{ tier: 'peer', loadMs: steps * loadMs(peer, stepBytes(atPeers.bytes)), extraMs: 0 }, recompute];
}

/** Whether an edit that fills or fetches the same is on the worker, or on its way there. */
export function isExpected({ expected }: WorkerView, { variants, affinity }: PickRequest, nowMs: number): boolean {
  if (expected.size === 0) return false;
  if (affinity !== '' && (expected.get(affinity) ?? 0) > nowMs) return true;
  return variants.some((variant) => (expected.get(variant) ?? 0) > nowMs);
}
