import type { balancer } from '@instgenie/rpc';
import type { FleetSnapshot } from './fleet/fleet-snapshot.ts';
import { workerState } from './fleet/worker-state.ts';
import type { ModelView, WorkerView } from './fleet/worker-view.ts';
import type { PickLimits } from './picking/limits.ts';
import type { PickOutcome, WorkerScore } from './picking/pick.ts';

export function pickMessage(
  { view, prediction }: Extract<PickOutcome, { kind: 'picked' }>,
  scores: readonly WorkerScore[],
): balancer.PickResponse {
  return {
    worker: view.worker,
    address: view.address,
    predictedMs: prediction.finishMs,
    scores: scores.map(scoreMessage),
  };
}

/** What who only asks is told where nobody can do it. */
export function refusedMessage(
  { reason }: Extract<PickOutcome, { kind: 'refused' }>,
  scores: readonly WorkerScore[],
): balancer.PickResponse {
  return { refused: reason, scores: scores.map(scoreMessage) };
}

function scoreMessage({ view, prediction, leftOut }: WorkerScore): balancer.Score {
  return {
    worker: view.worker,
    leftOut: leftOut ?? '',
    ...(prediction === undefined
      ? {}
      : {
          predictedMs: leftOut === undefined ? prediction.finishMs : 0,
          queueMs: prediction.queueMs,
          computeMs: prediction.computeMs,
          loadMs: prediction.getMs,
          tier: prediction.tier,
        }),
  };
}

/** All workers, by name. */
export function fleetMessage(
  { workers }: FleetSnapshot,
  nowMs: number,
  limits: PickLimits,
): balancer.WatchFleetResponse {
  const byName = workers.toSorted((a, b) => (a.worker < b.worker ? -1 : 1));
  return { workers: byName.map((view) => workerMessage(view, nowMs, limits)) };
}

function workerMessage(view: WorkerView, nowMs: number, limits: PickLimits): balancer.FleetWorker {
  const state = workerState(view, nowMs, limits);
  const { memoryBytes, memoryBytesMax, diskBytes, diskBytesMax } = view.store;
  return {
    worker: view.worker,
    address: view.address,
    isServing: state === 'ready' || state === 'ejected',
    isEjected: state === 'ejected',
    isCordoned: state === 'cordoned',
    models: [...view.models.values()].map(modelMessage),
    edits: view.edits,
    editsMax: view.editsMax,
    variants: view.held.size,
    memoryBytes,
    memoryBytesMax,
    diskBytes,
    diskBytesMax,
  };
}

function modelMessage(model: ModelView): balancer.FleetModel {
  const { name, side, defaultSteps, defaultGuidance, waiting, running, maskedTokenSteps, fingerprint } = model;
  return { name, side, defaultSteps, defaultGuidance, waiting, running, maskedTokenSteps, fingerprint };
}
