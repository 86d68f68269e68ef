import { implement, modelServiceDefinition, type RpcService, unary } from '@instgenie/rpc';
import type { Authenticator } from '@instgenie/tenants';
import type { Fleet } from '../fleet/fleet.ts';

/** Which models there are. */
export function modelService({
  fleet,
  authenticator,
}: {
  readonly fleet: Pick<Fleet, 'models'>;
  readonly authenticator: Authenticator;
}): RpcService {
  return implement(modelServiceDefinition(), {
    ListModels: unary(async (_, { authorization }) => {
      await authenticator.authenticate(authorization);
      return { models: [...fleet.models] };
    }),
  });
}
