import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';
import { describeFiles } from './descriptors.ts';
import { publicProtos } from './services.ts';

interface Described {
  readonly name: string;
  readonly dependency?: readonly string[];
  readonly messageType?: readonly { readonly name: string; readonly field?: readonly { readonly name: string }[] }[];
}

const { 'google.protobuf.FileDescriptorProto': described } = loadSync('google/protobuf/descriptor.proto', {});
const decode = (bytes: Buffer): Described => {
  assert.ok(described !== undefined);
  return (described as MessageTypeDefinition<object, Described>).deserialize(bytes);
};

test('files are described with all that they import, by the names that the proto gives', () => {
  const files = describeFiles(publicProtos).map(decode);
  const names = files.map(({ name }) => name);
  for (const wanted of [...publicProtos, 'google/protobuf/duration.proto']) assert.ok(names.includes(wanted), wanted);
  for (const { dependency = [] } of files) for (const name of dependency) assert.ok(names.includes(name), name);
  assert.equal(new Set(names).size, names.length);
  const request = files.flatMap(({ messageType = [] }) => messageType).find(({ name }) => name === 'EditRequest');
  assert.deepEqual(request?.field?.[0]?.name, 'request_id');
});

test('nothing internal is described beside the public contract, and no file that is not there', () => {
  const names = describeFiles(publicProtos).map((bytes) => decode(bytes).name);
  assert.ok(names.every((name) => !/worker|balancer/.test(name)));
  assert.throws(() => describeFiles(['instgenie/v1/none.proto']), RangeError);
});
