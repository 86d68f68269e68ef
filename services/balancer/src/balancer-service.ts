import { ServiceError } from '@instgenie/domain';
import {
  type balancer,
  balancerServiceDefinition,
  implement,
  type RpcService,
  serverStreaming,
  unary,
} from '@instgenie/rpc';
import type { Balancer } from './balancer.ts';
import type { EditEnd } from './fleet/fleet.ts';

const endedMax = 1000;
const waitingMax = 256;

const endings: Readonly<Record<balancer.Ending__Output, EditEnd['ending']>> = {
  ENDING_UNSPECIFIED: 'cancelled',
  ENDING_DONE: 'done',
  ENDING_REFUSED: 'refused',
  ENDING_FAILED: 'failed',
  ENDING_CANCELLED: 'cancelled',
};

/** A balancer as gateways call it. */
export function balancerService(core: Balancer): RpcService {
  return implement(balancerServiceDefinition(), {
    Pick: unary(async (request, { traceparent }) => core.pick(request, traceparent)),
    Report: unary(async ({ gateway, ended, waiting }) => {
      if (ended.length > endedMax) {
        throw new ServiceError('invalid', `ended: at most ${endedMax} at once`, { field: 'ended' });
      }
      if (waiting.length > waitingMax) {
        throw new ServiceError('invalid', `waiting: at most ${waitingMax} models`, { field: 'waiting' });
      }
      if (waiting.length > 0) core.waiting(gateway, new Map(waiting.map(({ model, edits }) => [model, edits])));
      core.report(ended.map(({ ending, ...rest }) => ({ ...rest, ending: endings[ending] })));
      return {};
    }),
    WatchFleet: serverStreaming((_, { signal }) => core.watch(signal)),
  });
}
