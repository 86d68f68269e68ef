import { ServiceError } from '@instgenie/domain';
import { z } from 'zod';
import type { CommandContext } from '../command-context.ts';
import { callMs } from './deployment-flags.ts';
import type { FleetWorker } from './fleet.ts';

const tier = z.object({ bytes: z.number(), bytes_max: z.number() });
const fleet = z.object({
  workers: z.array(
    z.object({
      worker: z.string(),
      is_serving: z.boolean(),
      is_ejected: z.boolean(),
      is_cordoned: z.boolean().default(false),
      models: z.array(
        z.object({ name: z.string(), waiting: z.number(), running: z.number(), masked_token_steps: z.number() }),
      ),
      edits: z.number(),
      edits_max: z.number(),
      variants: z.number(),
      tiers: z.object({ memory: tier, disk: tier }),
    }),
  ),
});

export interface GatewayCall {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly apiKey: string | undefined;
}

/** Workers as a gateway shows them: without their addresses, and without what engines they have. */
export async function readGatewayFleet(
  context: Pick<CommandContext, 'signal'>,
  call: GatewayCall,
): Promise<readonly FleetWorker[]> {
  const response = await callGateway(context, call, '/v1/fleet');
  if (!response.ok) throw refused(response.status);
  const { data } = fleet.safeParse(await response.json());
  if (data === undefined) throw new ServiceError('unsupported', 'gateway: it says something else than a fleet');
  return data.workers.map((worker) => ({
    worker: worker.worker,
    address: '',
    isServing: worker.is_serving,
    isEjected: worker.is_ejected,
    isCordoned: worker.is_cordoned,
    models: worker.models.map(({ masked_token_steps: maskedTokenSteps, ...model }) => ({
      ...model,
      maskedTokenSteps,
      side: 0,
      defaultSteps: 0,
      defaultGuidance: 0,
      fingerprint: '',
    })),
    edits: worker.edits,
    editsMax: worker.edits_max,
    variants: worker.variants,
    memoryBytes: worker.tiers.memory.bytes,
    memoryBytesMax: worker.tiers.memory.bytes_max,
    diskBytes: worker.tiers.disk.bytes,
    diskBytesMax: worker.tiers.disk.bytes_max,
  }));
}

/** Throws `invalid` for what is no address of HTTP, `unavailable` where nobody answers there. */
export async function callGateway(
  { signal }: Pick<CommandContext, 'signal'>,
  { url, apiKey = process.env['INSTGENIE_API_KEY'] }: GatewayCall,
  path: string,
): Promise<Response> {
  if (!/^https?:\/\//.test(url) || !URL.canParse(path, url)) {
    throw new ServiceError('invalid', `gateway: expected a URL such as http://127.0.0.1:8080, got '${url}'`, {
      field: 'gateway',
    });
  }
  const headers = apiKey === undefined || apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
  try {
    return await fetch(new URL(path, url), { headers, signal: AbortSignal.any([signal, AbortSignal.timeout(callMs)]) });
  } catch (cause) {
    signal.throwIfAborted();
    throw new ServiceError('unavailable', `gateway: nobody answers at ${url}`, { field: 'gateway', cause });
  }
}

function refused(status: number): ServiceError {
  if (status === 401 || status === 403) {
    return new ServiceError('unauthenticated', 'gateway: it wants another key; pass --api-key', { field: 'api-key' });
  }
  return new ServiceError('unavailable', `gateway: it answers with ${status}`, { field: 'gateway' });
}
