import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { RpcService } from './service.ts';

interface ServiceTaker {
  readonly addService: (definition: ServiceDefinition, implementation: UntypedServiceImplementation) => void;
}

/** The services that a library wants to add to a server. */
export function recordedServices(add: (server: ServiceTaker) => void): readonly RpcService[] {
  const services: RpcService[] = [];
  add({ addService: (definition, implementation) => services.push({ definition, implementation }) });
  return services;
}
