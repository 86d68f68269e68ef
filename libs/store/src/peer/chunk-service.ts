import { ServiceError, type VariantShape } from '@instgenie/domain';
import { chunkServiceDefinition, implement, type RpcService, serverStreaming, unary } from '@instgenie/rpc';
import { encodeManifest } from './chunk-manifest.ts';
import type { ChunkSource } from './chunk-source.ts';
import { parseKey, parseReadRequest } from './read-request.ts';

/** Of one message. */
export const pieceBytesMax = 256 * 1024;

/** Lends what a source holds: chunk by chunk, and each piece by piece, only as fast as the caller takes them. */
export function chunkService(source: ChunkSource): RpcService {
  return implement(chunkServiceDefinition(), {
    GetVariant: unary(async ({ key }) => {
      const manifest = await source.variant(parseKey(key));
      if (manifest === undefined) throw new ServiceError('not-found', 'this worker does not hold the variant');
      return { variant: encodeManifest(manifest) };
    }),
    ReadChunks: serverStreaming(async function* (message, { signal }) {
      const { key, generation, chunks } = parseReadRequest(message);
      const shape = source.shape({ key, generation });
      if (shape === undefined) throw new ServiceError('not-found', 'this worker does not hold this priming of it');
      for (const { step, chunk } of chunks) {
        requireChunk(shape, { step, chunk });
        const lent = await source.lend({ key, generation, step, chunk }, signal);
        try {
          for (let offset = 0; offset < lent.bytes.length; offset += pieceBytesMax) {
            // Copied: what is sent may be looked at after it was released.
            const data = Buffer.from(lent.bytes.subarray(offset, offset + pieceBytesMax));
            yield { position: { step, chunk }, offset, data };
          }
        } finally {
          lent.release();
        }
      }
    }),
  });
}

function requireChunk(
  { steps, chunkBytes }: VariantShape,
  { step, chunk }: { readonly step: number; readonly chunk: number },
): void {
  if (steps.includes(step) && chunk < chunkBytes.length) return;
  throw new ServiceError('invalid', 'chunks: the variant has no such chunk', { field: 'chunks' });
}
