import { ServiceError, type VariantKey, variantKey } from '@instgenie/domain';
import type { ReadChunksRequest__Output } from '@instgenie/rpc';
import { z } from 'zod';
import { hexadecimal } from './chunk-manifest.ts';

/** In one stream. */
export const chunksPerRequestMax = 1024;

/** The chunks that a stream is to bring, in order. */
export interface ReadRequest {
  readonly key: VariantKey;
  readonly generation: string;
  readonly chunks: readonly { readonly step: number; readonly chunk: number }[];
}

const requestSchema = z.object({
  key: hexadecimal(64).transform(variantKey),
  generation: hexadecimal(32),
  chunks: z
    .array(z.object({ step: z.int().min(0), chunk: z.int().min(0) }))
    .min(1)
    .max(chunksPerRequestMax),
  resumeAt: z.int().min(0),
});

/** Throws `invalid` and names the field that is wrong. */
export function parseReadRequest(message: ReadChunksRequest__Output): ReadRequest {
  const read = requestSchema.safeParse(message);
  if (!read.success) throw wrongField(read.error);
  const { key, generation, chunks, resumeAt } = read.data;
  if (resumeAt >= chunks.length) {
    throw new ServiceError('invalid', 'resume_at: must leave a chunk of the list', { field: 'resume_at' });
  }
  return { key, generation, chunks: chunks.slice(resumeAt) };
}

export function parseKey(key: string): VariantKey {
  const read = requestSchema.shape.key.safeParse(key);
  if (!read.success) throw new ServiceError('invalid', 'key: must be 64 hexadecimal digits', { field: 'key' });
  return read.data;
}

const rules: Readonly<Record<string, string>> = {
  key: 'must be 64 hexadecimal digits',
  generation: 'must be 32 hexadecimal digits',
  chunks: `must be 1 to ${chunksPerRequestMax} chunks`,
};

function wrongField({ issues }: z.ZodError): ServiceError {
  const field = String(issues[0]?.path[0] ?? 'chunks');
  return new ServiceError('invalid', `${field}: ${rules[field] ?? 'is wrong'}`, { field });
}
