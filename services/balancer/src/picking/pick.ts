import type { FleetSnapshot } from '../fleet/fleet-snapshot.ts';
import type { ModelCosts } from '../fleet/model-costs.ts';
import type { WorkerView } from '../fleet/worker-view.ts';
import { refusedBy, type Standing } from './admission.ts';
import { type LeftOut, leftOut } from './filters.ts';
import type { PickLimits } from './limits.ts';
import type { PickRequest } from './pick-request.ts';
import type { Candidate, PickPolicy } from './policies.ts';
import { type Prediction, type PredictionContext, predict } from './predict.ts';
import { rendezvous, textHash } from './rendezvous.ts';

/** Why nobody was picked. */
export type Refusal = 'unserved' | 'full' | 'cold' | 'late' | 'wait' | 'batch' | 'tenant';

export type PickOutcome =
  | { readonly kind: 'picked'; readonly view: WorkerView; readonly prediction: Prediction }
  | {
      readonly kind: 'refused';
      readonly reason: Refusal;
      readonly retryAfterMs: number;
      /** Of the best worker, where one could have taken it. */
      readonly prediction: Prediction | undefined;
    };

/** How a worker stood. */
export interface WorkerScore {
  readonly view: WorkerView;
  readonly prediction: Prediction | undefined;
  readonly leftOut: LeftOut | undefined;
}

export interface PickOptions {
  readonly nowMs: number;
  readonly policy: PickPolicy;
  readonly limits: PickLimits;
  readonly standing: Standing;
  /** How saturated the fleet is: wait over computing of the edits of late. */
  readonly pressure: number;
  /** Is told how each worker stood. */
  readonly explain?: (score: WorkerScore) => void;
}

interface Seen {
  /** Those that can take it. */
  readonly able: Candidate[];
  /** Those that could, but are left out for how they have done. */
  readonly ejected: Candidate[];
  /** Why others were left out. */
  readonly reasons: Set<LeftOut>;
  /** Workers that are there for edits of the model. */
  usable: number;
  /** When it would be done first, ms. */
  soonestMs: number;
}

/** The worker for an edit. Pure: the same snapshot, request and time give the same worker. Changes nothing. */
export function pick(fleet: FleetSnapshot, request: PickRequest, options: PickOptions): PickOutcome {
  const context = contextOf(fleet.workers, request, options);
  const seen = look(fleet.workers, request, { options, context });
  // When everybody is left out for how they have done, that says nothing any more.
  const candidates = seen.usable > 0 || seen.reasons.has('full') ? seen.able : seen.ejected;
  if (candidates.length === 0) return nobody(seen, request);
  const chosen = choose(candidates, request, {
    fleet,
    options,
    isCold: !request.isDense && context.atPeers === undefined,
  });
  const { queueMs, computeMs } = chosen.prediction;
  const { standing, pressure, limits } = options;
  const reason = refusedBy({ priority: request.priority, standing, pressure, queueMs, computeMs }, limits);
  if (reason !== undefined) return refused(reason, queueMs - limits.saturation * computeMs, chosen.prediction);
  return { kind: 'picked', view: chosen.view, prediction: chosen.prediction };
}

function contextOf(
  workers: readonly WorkerView[],
  request: PickRequest,
  { nowMs, limits }: PickOptions,
): PredictionContext {
  let fallback: ModelCosts | undefined;
  let holders = 0;
  let bytes = 0;
  for (const view of workers) {
    fallback ??= view.models.get(request.model)?.costs;
    if (nowMs - view.heardMs > limits.silentMs) continue;
    for (const variant of request.variants) {
      const held = view.held.get(variant);
      if (held === undefined) continue;
      holders++;
      bytes ||= held.bytes;
    }
  }
  const atPeers = holders === 0 ? undefined : { bytes, holders };
  return { nowMs, fallback, modelLoadMs: limits.modelLoadMs, atPeers };
}

function look(
  workers: readonly WorkerView[],
  request: PickRequest,
  { options, context }: { readonly options: PickOptions; readonly context: PredictionContext },
): Seen {
  const { nowMs, limits, explain } = options;
  const filter = { request, nowMs, limits };
  const seen: Seen = {
    able: [],
    ejected: [],
    reasons: new Set(),
    usable: 0,
    soonestMs: Number.POSITIVE_INFINITY,
  };
  for (let place = 0; place < workers.length; place++) {
    const view = workers[place];
    if (view === undefined) continue;
    const model = view.models.get(request.model);
    let reason = leftOut(view, model, filter);
    let prediction: Prediction | undefined;
    if (model !== undefined && (reason === undefined || reason === 'ejected')) {
      prediction = predict(view, model, request, context);
      if (reason === undefined) seen.usable++;
      const list = reason === undefined ? seen.able : seen.ejected;
      seen.soonestMs = Math.min(seen.soonestMs, prediction.finishMs);
      if (request.mustBeWarm && mustCompute(prediction, request)) reason = 'cold';
      else if (prediction.finishMs > request.deadlineMs) reason = 'late';
      else list.push({ view, prediction, place });
    }
    if (reason !== undefined) seen.reasons.add(reason);
    explain?.({ view, prediction, leftOut: reason });
  }
  return seen;
}

function mustCompute({ tier }: Prediction, { isDense }: PickRequest): boolean {
  return tier === 'none' && !isDense;
}

/**
 * The candidate of least cost. Those that cost about as much are told apart by rendezvous hashing: cold edits by their
 * template, so that all balancers send the first of them to one worker; others by the edit, so that balancers that know
 * nothing of each other do not all take the same worker. While somebody fills a template that nobody holds, others begin to
 * fill it too only where that is clearly sooner.
 */
function choose(
  candidates: readonly Candidate[],
  request: PickRequest,
  {
    fleet,
    options: { policy },
    isCold,
  }: { readonly fleet: FleetSnapshot; readonly options: PickOptions; readonly isCold: boolean },
): Candidate {
  const turn = { turn: fleet.turn, count: Math.max(1, fleet.workers.length) };
  const isFilled = isCold && candidates.some(({ prediction }) => prediction.tier !== 'none');
  const costs = new Float64Array(candidates.length);
  let least = Number.POSITIVE_INFINITY;
  for (const [at, candidate] of candidates.entries()) {
    const again = isFilled && candidate.prediction.tier === 'none' ? 1 + policy.coldTolerance : 1;
    const cost = policy.cost(candidate, turn) * again;
    costs[at] = cost;
    if (cost < least) least = cost;
  }
  const staysTogether = isCold && !isFilled && request.affinity !== '';
  const key = textHash(staysTogether ? request.affinity : request.editId);
  const most = least * (1 + (staysTogether ? policy.coldTolerance : policy.tolerance));
  let best: Candidate | undefined;
  let bestHash = -1;
  for (const [at, candidate] of candidates.entries()) {
    if ((costs[at] ?? 0) > most) continue;
    const hash = rendezvous(candidate.view.hash, key);
    if (hash <= bestHash) continue;
    best = candidate;
    bestHash = hash;
  }
  if (best === undefined) throw new RangeError('a choice needs candidates');
  return best;
}

function nobody({ reasons, soonestMs }: Seen, { deadlineMs }: PickRequest): PickOutcome {
  if (reasons.has('late')) return refused('late', soonestMs - deadlineMs);
  if (reasons.has('full')) return refused('full', 0);
  return refused(reasons.has('cold') ? 'cold' : 'unserved', 0);
}

const [retryLeastMs, retryMostMs] = [100, 10_000];

function refused(reason: Refusal, retryAfterMs: number, prediction?: Prediction): PickOutcome {
  const boundedMs = Math.min(retryMostMs, Math.max(retryLeastMs, Math.ceil(retryAfterMs)));
  return { kind: 'refused', reason, retryAfterMs: boundedMs, prediction };
}
