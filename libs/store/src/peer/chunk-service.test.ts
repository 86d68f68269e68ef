import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { chunkServiceDefinition, connect, type ReadChunksRequest } from '@instgenie/rpc';
import { heldGeneration, heldKey, MemorySource, serveSource } from './testing.ts';

const shape = { steps: [0, 3], chunkBytes: [4096, 600 * 1024] };
const options = { deadlineMs: 60_000, signal: new AbortController().signal };
const chunks = [
  { step: 3, chunk: 1 },
  { step: 0, chunk: 0 },
];
const right = { key: heldKey, generation: heldGeneration, chunks };

async function positions(request: ReadChunksRequest): Promise<readonly string[]> {
  await using server = await serveSource(new MemorySource(shape));
  await using client = connect(`127.0.0.1:${server.port}`, chunkServiceDefinition());
  const found: string[] = [];
  for await (const { position, offset, data } of client.stream('ReadChunks', request, options)) {
    found.push(`${position?.step}/${position?.chunk} ${offset}+${data.length}`);
  }
  return found;
}

test('chunks come in the order that was asked for, in pieces of at most 256 KiB', async () => {
  const pieces = ['3/1 0+262144', '3/1 262144+262144', '3/1 524288+90112', '0/0 0+4096'];
  assert.deepEqual(await positions(right), pieces);
  assert.deepEqual(await positions({ ...right, resumeAt: 1 }), pieces.slice(3));
});

const wrong: readonly { name: string; request: ReadChunksRequest; field: string }[] = [
  { name: 'a key that is none', request: { ...right, key: '../../x' }, field: 'key' },
  { name: 'a generation that is none', request: { ...right, generation: '' }, field: 'generation' },
  { name: 'no chunks', request: { ...right, chunks: [] }, field: 'chunks' },
  {
    name: 'too many chunks',
    request: { ...right, chunks: Array.from({ length: 1025 }, () => ({ step: 0, chunk: 0 })) },
    field: 'chunks',
  },
  { name: 'a step that is not kept', request: { ...right, chunks: [{ step: 1, chunk: 0 }] }, field: 'chunks' },
  { name: 'a chunk that is not there', request: { ...right, chunks: [{ step: 0, chunk: 2 }] }, field: 'chunks' },
  { name: 'nothing left to send', request: { ...right, resumeAt: 2 }, field: 'resume_at' },
];

for (const { name, request, field } of wrong) {
  test(`a request with ${name} is refused and told why`, async () => {
    await assert.rejects(
      positions(request),
      (thrown) => thrown instanceof ServiceError && thrown.code === 'invalid' && thrown.field === field,
    );
  });
}
