import type { balancer } from '@instgenie/rpc';
import type { EditEnding, FleetModel, FleetWorker, Picked, PickOrder } from './fleet.ts';

const priorities = {
  interactive: 'PRIORITY_INTERACTIVE',
  normal: 'PRIORITY_NORMAL',
  batch: 'PRIORITY_BATCH',
} as const;

const endings = {
  done: 'ENDING_DONE',
  refused: 'ENDING_REFUSED',
  failed: 'ENDING_FAILED',
  cancelled: 'ENDING_CANCELLED',
} as const;

export function pickRequest(order: PickOrder, gateway: string): balancer.PickRequest {
  const { priority, variants, excluded, traceparent: _, ...rest } = order;
  return { ...rest, gateway, priority: priorities[priority], variants: [...variants], excluded: [...excluded] };
}

export function pickedOf({ worker, address, predictedMs, scores }: balancer.PickResponse__Output): Picked {
  return {
    worker,
    address,
    predictedMs,
    scores: scores.map(({ predictedMs: atMs, ...score }) => ({
      ...score,
      predictedMs: score.leftOut === '' ? atMs : undefined,
    })),
  };
}

export function reportOf({ ending, ...rest }: EditEnding): balancer.Ended {
  return { ...rest, ending: endings[ending] };
}

export function fleetWorker(message: balancer.FleetWorker__Output): FleetWorker {
  const { models, ...rest } = message;
  return {
    ...rest,
    models: models.map(({ name, waiting, running, maskedTokenSteps }) => ({
      name,
      waiting,
      running,
      maskedTokenSteps,
    })),
  };
}

/** Models that somebody serves, in the order in which workers name them. A model that is not loaded yet has no side. */
export function fleetModels(workers: readonly balancer.FleetWorker__Output[]): readonly FleetModel[] {
  const models = new Map<string, FleetModel>();
  for (const { isServing, models: served } of workers) {
    for (const { name, side, defaultSteps, defaultGuidance } of served) {
      const known = models.get(name);
      const facts = known === undefined || known.side === 0 ? { side, defaultSteps, defaultGuidance } : known;
      models.set(name, { ...facts, name, workers: (known?.workers ?? 0) + Number(isServing) });
    }
  }
  return [...models.values()];
}
