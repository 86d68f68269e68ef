import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

/** All files of proto/, as a compiler describes them. scripts/proto.ts writes it. */
const generated = join(import.meta.dirname, 'generated/descriptors.binpb');

interface FileDescriptor {
  readonly name: string;
  readonly dependency?: readonly string[];
}

interface FileDescriptors {
  readonly file: readonly FileDescriptor[];
}

/** Descriptors of some files of proto/ and of all that these import. */
export function describeFiles(names: readonly string[]): readonly Buffer[] {
  // Without defaults: a field that is not set and one that is 0 are different things here.
  const messages = loadSync('google/protobuf/descriptor.proto', {});
  const set = messages['google.protobuf.FileDescriptorSet'] as unknown as MessageTypeDefinition<
    object,
    FileDescriptors
  >;
  const one = messages['google.protobuf.FileDescriptorProto'] as unknown as MessageTypeDefinition<
    FileDescriptor,
    object
  >;
  const all = new Map(set.deserialize(readFileSync(generated)).file.map((file) => [file.name, file]));
  return [...closure(names, all)].map((file) => one.serialize(file));
}

function closure(names: readonly string[], all: ReadonlyMap<string, FileDescriptor>): ReadonlySet<FileDescriptor> {
  const found = new Set<FileDescriptor>();
  const add = (name: string) => {
    const file = all.get(name);
    if (file === undefined) throw new RangeError(`proto/ has no ${name}`);
    if (found.has(file)) return;
    found.add(file);
    for (const imported of file.dependency ?? []) add(imported);
  };
  for (const name of names) add(name);
  return found;
}
