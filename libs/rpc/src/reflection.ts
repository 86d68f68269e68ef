import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { describeFiles } from './descriptors.ts';
import { recordedServices } from './recorded-services.ts';
import type { RpcService } from './service.ts';

/** What failed calls carry: callers that show it ask what it is. */
const errorDetails = 'google/rpc/error_details.proto';

/** Tells callers such as grpcurl which services and messages there are in these files of proto/, and in errors. */
export function reflectionServices(files: readonly string[]): readonly RpcService[] {
  // The loader's own descriptors say no imports and other names of fields: tools written in Go refuse them.
  const described = {
    files: { fileDescriptorProtos: describeFiles([...files, errorDetails]) },
  } as unknown as PackageDefinition;
  const reflection = new ReflectionService(described);
  return recordedServices((server) => reflection.addToServer(server));
}
