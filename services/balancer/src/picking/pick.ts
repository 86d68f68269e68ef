import type { FleetSnapshot } from '../fleet/fleet-snapshot.ts';
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
  /** Of the balancer's name. */
  readonly hash: number;
  /** Share of all edits that other balancers have sent. */
  readonly othersShare: number;
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
  const fallback = workers.find((view) => view.models.get(request.model)?.costs !== undefined);
  return {
    nowMs,
    fallback: fallback?.models.get(request.model)?.costs,
    modelLoadMs: limits.modelLoadMs,
    atPeers: request.isDense ? undefined : heldByAny(workers, request, nowMs - limits.silentMs),
  };
}

function heldByAny(
  workers: readonly WorkerView[],
  { variants }: PickRequest,
  heardMs: number,
): PredictionContext['atPeers'] {
  for (const variant of variants) {
    for (const { held, heardMs: lastMs } of workers) {
      const found = lastMs < heardMs ? undefined : held.get(variant);
      if (found !== undefined) return { bytes: found.bytes };
    }
  }
  return undefined;
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
      else if (isLate(prediction, request)) reason = 'late';
      else list.push({ view, prediction, place });
    }
    if (reason !== undefined) seen.reasons.add(reason);
    explain?.({ view, prediction, leftOut: reason });
  }
  return seen;
}

/** Of what an edit waits for: workers take none that may be late, and being refused here takes less time than there. */
const spare = 0.5;

function isLate({ finishMs, queueMs }: Prediction, { deadlineMs }: PickRequest): boolean {
  return finishMs + spare * queueMs > deadlineMs;
}

function mustCompute({ tier }: Prediction, { isDense }: PickRequest): boolean {
  return tier === 'none' && !isDense;
}

/**
 * The candidate of least cost. Those that cost about as much are told apart by rendezvous hashing: cold edits by their
 * template, so that all balancers send the first of them to one worker; others by the edit. Balancers learn only from the
 * next load message what others have sent, so each likes other workers better, the more so the more others send. While somebody fills a template that nobody holds, others begin to
 * fill it too only where that is clearly sooner.
 */
function choose(
  candidates: readonly Candidate[],
  request: PickRequest,
  {
    fleet,
    options: { policy, hash, othersShare },
    isCold,
  }: { readonly fleet: FleetSnapshot; readonly options: PickOptions; readonly isCold: boolean },
): Candidate {
  const turn = { turn: fleet.turn, count: Math.max(1, fleet.workers.length) };
  const apart = policy.apart * othersShare;
  const isFilled = isCold && candidates.some(({ prediction }) => prediction.tier !== 'none');
  const staysTogether = isCold && !isFilled && request.affinity !== '';
  const costs = new Float64Array(candidates.length);
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at < candidates.length; at++) {
    const candidate = candidates[at];
    if (candidate === undefined) continue;
    const again = isFilled && candidate.prediction.tier === 'none' ? 1 + policy.coldTolerance : 1;
    const liked = staysTogether ? 1 : 1 + apart * liking(candidate.view.hash, hash);
    const cost = policy.cost(candidate, turn) * again * liked;
    costs[at] = cost;
    if (cost < least) least = cost;
  }
  const key = textHash(staysTogether ? request.affinity : request.editId);
  const most = least * (1 + (staysTogether ? policy.coldTolerance : policy.tolerance));
  let best: Candidate | undefined;
  let bestWeight = -1;
  for (let at = 0; at < candidates.length; at++) {
    const candidate = candidates[at];
    if (candidate === undefined || (costs[at] ?? 0) > most) continue;
    const weight = rendezvous(candidate.view.hash, key);
    if (weight <= bestWeight) continue;
    best = candidate;
    bestWeight = weight;
  }
  if (best === undefined) throw new RangeError('a choice needs candidates');
  return best;
}

/** From 0 to 1, another one for each balancer: so that those who see the same idle worker do not all choose it. */
function liking(workerHash: number, hash: number): number {
  return rendezvous(workerHash, hash) / 2 ** 32;
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
