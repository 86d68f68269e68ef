import { ServiceError } from '@instgenie/domain';
import type { FastifyInstance } from 'fastify';
import type { FleetModel, FleetWorker } from '../fleet/fleet.ts';
import type { HttpParts } from './http-parts.ts';

/** Which models and workers there are, and whether this gateway lives and serves. */
export function fleetRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { fleet, now, cacheOutcomes, isReady = () => fleet.isServing } = parts;
  const startedAtMs = now();
  const modelJson = ({ name, ...model }: FleetModel) => ({
    id: name,
    object: 'model',
    // OpenAI's clients want a time; ours do not say when they were made.
    created: Math.floor(startedAtMs / 1000),
    owned_by: 'instgenie',
    side: model.side,
    default_steps: model.defaultSteps,
    default_guidance: model.defaultGuidance,
    workers: model.workers,
  });
  const open = { config: { access: 'tenant' } } as const;
  app.get('/v1/models', open, async () => ({ object: 'list', data: fleet.models.map(modelJson) }));
  app.get<{ Params: { model: string } }>('/v1/models/:model', open, async ({ params }) => {
    const model = fleet.models.find(({ name }) => name === params.model);
    if (model === undefined)
      throw new ServiceError('not-found', 'model: there is none of this name', { field: 'model' });
    return modelJson(model);
  });
  app.get('/v1/fleet', open, async () => ({
    object: 'fleet',
    is_serving: fleet.isServing,
    models: fleet.models.map(modelJson),
    workers: fleet.workers.map(workerJson),
    ...(cacheOutcomes === undefined ? {} : { cache: await cacheOutcomes() }),
  }));
  const probe = { config: { access: 'public' }, exposeHeadRoute: true } as const;
  app.get('/healthz', probe, async (_, reply) => await reply.type('text/plain').send('alive\n'));
  app.get('/readyz', probe, async (_, reply) =>
    isReady()
      ? await reply.type('text/plain').send('ready\n')
      : await reply.code(503).type('text/plain').send('not ready\n'),
  );
}

/** Without its address, which is nobody's business outside. */
function workerJson(worker: FleetWorker) {
  return {
    worker: worker.worker,
    is_serving: worker.isServing,
    is_ejected: worker.isEjected,
    is_cordoned: worker.isCordoned,
    models: worker.models.map(({ name, waiting, running, maskedTokenSteps }) => ({
      name,
      waiting,
      running,
      masked_token_steps: maskedTokenSteps,
    })),
    edits: worker.edits,
    edits_max: worker.editsMax,
    variants: worker.variants,
    tiers: {
      memory: { bytes: worker.memoryBytes, bytes_max: worker.memoryBytesMax },
      disk: { bytes: worker.diskBytes, bytes_max: worker.diskBytesMax },
    },
  };
}
