import { ReflectionService } from '@grpc/reflection';
import { loadPackage } from './proto.ts';
import { recordedServices } from './recorded-services.ts';
import type { RpcService } from './service.ts';

/** Tells callers such as grpcurl which services and messages there are in these files of proto/. */
export function reflectionServices(files: readonly string[]): readonly RpcService[] {
  const reflection = new ReflectionService(loadPackage(files));
  return recordedServices((server) => reflection.addToServer(server));
}
