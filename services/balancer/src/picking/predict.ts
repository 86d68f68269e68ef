import type { Tier } from '@instgenie/domain';
import { loadMs, type ModelCosts, rowsMs } from '../fleet/model-costs.ts';
import { type HeldView, leftAt, type ModelView, type WorkerView } from '../fleet/worker-view.ts';
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
  readonly atPeers: { readonly bytes: number } | undefined;
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
  const share = overlap(request.steps, view.backlog.steps) * leftAt(view.backlog, context.nowMs, slowness);
  const queueMs = view.backlog.computeMs * share + (model.isLoaded ? 0 : context.modelLoadMs);
  const queueLoadMs = view.backlog.loadMs * share;
  if (costs === undefined) return unfitted(queueMs, request);
  const ownMs = request.steps * rowsMs(costs, computedTokens(request), request.tokens);
  const computeMs = request.steps * costs.compute.startMs + ownMs;
  const busyMs = queueMs + computeMs;
  const way = cheapestWay(view, costs, request, context, { busyMs, queueLoadMs });
  const doneMs = wayMs(way, { busyMs, queueLoadMs });
  return {
    finishMs: costs.aroundMs + slowness * doneMs,
    queueMs: slowness * queueMs,
    computeMs: costs.aroundMs + slowness * computeMs,
    getMs: slowness * (doneMs - busyMs),
    tier: way.tier,
    rowsMs: ownMs,
    extraMs: way.extraMs,
    loadMs: way.loadMs,
  };
}

/**
 * How much of what others have left is done while this edit runs. With as many steps as the others have in all: all of it.
 * With fewer, x of theirs, and theirs left in equal shares between none and all: 2x - x^2.
 */
function overlap(steps: number, theirSteps: number): number {
  if (steps >= theirSteps) return 1;
  const share = steps / theirSteps;
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

const notNeeded: Way = { tier: 'none', loadMs: 0, extraMs: 0 };

/** What is to be done on a worker beside the activations, ms. */
interface Busy {
  /** Computing for others and for the edit itself. */
  readonly busyMs: number;
  /** Loading for others. */
  readonly queueLoadMs: number;
}

function wayMs({ loadMs: ownMs, extraMs }: Way, { busyMs, queueLoadMs }: Busy): number {
  return Math.max(busyMs + extraMs, queueLoadMs + ownMs);
}

/** How the worker gets the activations soonest: what it holds, or else from a peer; or by computing them. */
function cheapestWay(
  view: WorkerView,
  costs: ModelCosts,
  request: PickRequest,
  { nowMs, atPeers }: PredictionContext,
  busy: Busy,
): Way {
  if (request.isDense) return notNeeded;
  const { steps, tokens } = request;
  const { memory, disk, peer } = view.store;
  const held = heldOf(view, request);
  if (isExpected(view, request, nowMs)) {
    return {
      tier: 'memory',
      loadMs: steps * loadMs(memory, stepBytes(costs, tokens, held?.bytes ?? atPeers?.bytes)),
      extraMs: 0,
    };
  }
  const recompute: Way = { tier: 'none', loadMs: 0, extraMs: steps * rowsMs(costs, tokens, tokens) };
  if (held !== undefined) {
    const { memoryShare } = held;
    const bytes = stepBytes(costs, tokens, held.bytes);
    const local: Way = {
      tier: memoryShare > 0.5 ? 'memory' : 'disk',
      loadMs: steps * (memoryShare * loadMs(memory, bytes) + (1 - memoryShare) * loadMs(disk, bytes)),
      extraMs: 0,
    };
    return wayMs(local, busy) <= wayMs(recompute, busy) ? local : recompute;
  }
  if (atPeers === undefined) return recompute;
  const bytes = stepBytes(costs, tokens, atPeers.bytes);
  const fetched: Way = { tier: 'peer', loadMs: steps * loadMs(peer, bytes), extraMs: 0 };
  return wayMs(fetched, busy) <= wayMs(recompute, busy) ? fetched : recompute;
}

function heldOf({ held }: WorkerView, { variants }: PickRequest): HeldView | undefined {
  for (const variant of variants) {
    const found = held.get(variant);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a step loads of a variant, bytes, on average. */
function stepBytes({ bytesOfToken, defaultSteps }: ModelCosts, tokens: number, bytes: number | undefined): number {
  return bytes === undefined || bytes === 0 || defaultSteps === 0 ? bytesOfToken * tokens : bytes / defaultSteps;
}

/** Whether an edit that fills or fetches the same is on the worker, or on its way there. */
export function isExpected({ expected }: WorkerView, { variants, affinity }: PickRequest, nowMs: number): boolean {
  if (expected.size === 0) return false;
  if (affinity !== '' && (expected.get(affinity) ?? 0) > nowMs) return true;
  return variants.some((variant) => (expected.get(variant) ?? 0) > nowMs);
}
