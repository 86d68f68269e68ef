import { HealthImplementation } from 'grpc-health-check';
import { recordedServices } from './recorded-services.ts';
import type { RpcService } from './service.ts';

/** Says whether a process serves, to whoever asks by `grpc.health.v1`. */
export interface Health {
  readonly service: RpcService;
  readonly set: (isServing: boolean) => void;
}

/** The health of a whole server (empty name) and of the services named; none of them serves at first. */
export function healthService(names: readonly string[]): Health {
  const all = ['', ...names];
  const health = new HealthImplementation(Object.fromEntries(all.map((name) => [name, 'NOT_SERVING'])));
  const [service] = recordedServices((server) => health.addToServer(server));
  if (service === undefined) throw new RangeError('the health library adds a service');
  return {
    service,
    set: (isServing) => {
      for (const name of all) health.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
    },
  };
}
