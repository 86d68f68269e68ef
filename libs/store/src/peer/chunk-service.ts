import { ServiceError, type VariantKey } from '@instgenie/domain';
import { chunkServiceDefinition, implement, type RpcService, serverStreaming, unary } from '@instgenie/rpc';
import { type ChunkManifest, encodeManifest } from './chunk-manifest.ts';
import type { ByteRange, ChunkSource } from './chunk-source.ts';
import { parseKey, parseReadRequest } from './read-request.ts';

/** Of one message. */
export const pieceBytesMax = 256 * 1024;

/** Lends what a source holds. Reads from it piece by piece, only as fast as the caller takes them. */
export function chunkService(source: ChunkSource): RpcService {
  return implement(chunkServiceDefinition(), {
    GetVariant: unary(async ({ key }) => ({ variant: encodeManifest(held(source, parseKey(key))) })),
    ReadChunks: serverStreaming(async function* (message, { signal }) {
      const { key, generation, chunks } = parseReadRequest(message);
      const { shape } = heldGeneration(source, { key, generation });
      for (const { step, chunk } of chunks) {
        const bytes = shape.steps.includes(step) ? shape.chunkBytes[chunk] : undefined;
        if (bytes === undefined) {
          throw new ServiceError('invalid', 'chunks: the variant has no such chunk', { field: 'chunks' });
        }
        for (const range of pieces(bytes)) {
          const data = await source.read({ key, generation, step, chunk }, range, signal);
          yield { position: { step, chunk }, offset: range.offset, data };
        }
      }
    }),
  });
}

function held(source: ChunkSource, key: VariantKey): ChunkManifest {
  const manifest = source.variant(key);
  if (manifest === undefined) throw new ServiceError('not-found', 'this worker does not hold the variant');
  return manifest;
}

function heldGeneration(
  source: ChunkSource,
  { key, generation }: Pick<ChunkManifest, 'key' | 'generation'>,
): ChunkManifest {
  const manifest = held(source, key);
  if (manifest.generation !== generation) {
    throw new ServiceError('not-found', 'this worker holds the variant of another priming');
  }
  return manifest;
}

function* pieces(bytes: number): Generator<ByteRange> {
  for (let offset = 0; offset < bytes; offset += pieceBytesMax) {
    yield { offset, length: Math.min(pieceBytesMax, bytes - offset) };
  }
}
