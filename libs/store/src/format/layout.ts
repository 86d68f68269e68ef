import { chunkAlignment, ServiceError, stepBytes, type VariantShape } from '@instgenie/domain';

/** Version of the files' format. Files of another version are never read: they are removed, and filled anew. */
export const formatVersion = 1;

/** More than any model needs; what is above is refused before anything is allocated for it. */
export const stepsMax = 1024;
export const stepMax = 99_999;
export const chunksMax = 4096;
export const chunkBytesMax = 2 ** 30;

export const stepPrefixBytes = 72;
export const chunkRecordBytes = 16;
export const checksumBytes = 8;

/** What a manifest's file is counted as: one page of the disk. */
const manifestBytes = chunkAlignment;

/** Bytes of the header before a step's chunks: prefix, a record for each chunk, checksum; whole pages. */
export function headerBytes(chunks: number): number {
  const used = stepPrefixBytes + chunks * chunkRecordBytes + checksumBytes;
  return Math.ceil(used / chunkAlignment) * chunkAlignment;
}

/** Where a chunk lies in its step's file. */
export function chunkPosition(chunkBytes: readonly number[], chunk: number): number {
  let at = headerBytes(chunkBytes.length);
  for (let before = 0; before < chunk; before++) at += chunkBytes[before] ?? 0;
  return at;
}

/** Bytes of the file of one step. */
export function stepFileBytes(shape: Pick<VariantShape, 'chunkBytes'>): number {
  return headerBytes(shape.chunkBytes.length) + stepBytes(shape);
}

/** Bytes on disk of a variant that has `steps` steps. */
export function variantFileBytes(shape: Pick<VariantShape, 'chunkBytes'>, steps: number): number {
  return manifestBytes + steps * stepFileBytes(shape);
}

export function isChunkBytes(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes > 0 && bytes <= chunkBytesMax && bytes % chunkAlignment === 0;
}

/** Throws `invalid` for a shape that the files cannot hold. */
export function checkShape({ steps, chunkBytes }: VariantShape): void {
  const ascending = steps.every((step, at) => Number.isInteger(step) && step > (steps[at - 1] ?? -1));
  if (steps[0] !== 0 || !ascending || steps.length > stepsMax || (steps.at(-1) ?? 0) > stepMax) {
    throw new ServiceError('invalid', `kept steps must ascend from 0, at most ${stepsMax} of them, up to ${stepMax}`);
  }
  if (chunkBytes.length === 0 || chunkBytes.length > chunksMax || !chunkBytes.every(isChunkBytes)) {
    throw new ServiceError(
      'invalid',
      `a step must have 1 to ${chunksMax} chunks of whole pages (${chunkAlignment} bytes), each at most ${chunkBytesMax} bytes`,
    );
  }
}
