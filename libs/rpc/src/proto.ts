import { join } from 'node:path';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition, type Options, type PackageDefinition } from '@grpc/proto-loader';

const protoRoot = join(import.meta.dirname, '../../../proto');

/** How messages look in JavaScript; scripts/proto.ts generates their types for the same. */
const protoOptions: Options = { longs: Number, enums: String, defaults: true, oneofs: true, includeDirs: [protoRoot] };

/** Names what is wanted of a file of proto/, e.g. `instgenie/worker/v1/chunks.proto`, by its full name. */
export interface ProtoName {
  readonly file: string;
  readonly name: string;
}

/** Reads a service's definition. */
export function loadService(wanted: ProtoName): ServiceDefinition {
  return find(loadFile(wanted.file), wanted) as ServiceDefinition;
}

/** Reads a message's encoder and decoder. The caller says its generated types. */
export function loadMessage<Input, Output>(wanted: ProtoName): MessageTypeDefinition<Input, Output> {
  return find(loadFile(wanted.file), wanted) as unknown as MessageTypeDefinition<Input, Output>;
}

/** Everything that files of proto/ define. */
export function loadPackage(files: readonly string[]): PackageDefinition {
  return loadSync([...files], protoOptions);
}

function loadFile(file: string): PackageDefinition {
  return loadPackage([file]);
}

function find(definitions: PackageDefinition, { file, name }: ProtoName): PackageDefinition[string] {
  const found = definitions[name];
  if (found === undefined) throw new RangeError(`${file} has no ${name}`);
  return found;
}
