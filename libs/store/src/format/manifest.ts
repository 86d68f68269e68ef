import { ServiceError, type VariantKey, type VariantShape, variantKey } from '@instgenie/domain';
import { xxh64 } from '@node-rs/xxhash';
import { assertGeneration } from './generation.ts';
import { checkShape, formatVersion } from './layout.ts';

/** What is written last of a variant: with it the variant is there, without it there is nothing. */
export interface Manifest {
  readonly key: VariantKey;
  readonly generation: string;
  readonly shape: VariantShape;
  /** What computing the variant once took: what keeping it on disk saves. */
  readonly recomputeMs: number;
}

/** Far above the text of the largest shape. */
export const manifestBytesMax = 256 * 1024;

type ManifestLine = Pick<Manifest, 'generation' | 'recomputeMs'> & VariantShape & { readonly key: string };

/** A line of JSON, then a line with its xxh64 in hexadecimal. */
export function encodeManifest({ key, generation, shape, recomputeMs }: Manifest): Buffer {
  const { steps, chunkBytes } = shape;
  const line = JSON.stringify({ format: formatVersion, key, generation, steps, chunkBytes, recomputeMs });
  return Buffer.from(`${line}\n${lineChecksum(line)}\n`);
}

/** Nothing in the bytes is trusted. Throws `unsupported` for another format version, else `invalid`. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > manifestBytesMax) throw invalid('is too long');
  const [line = '', checksum, rest] = Buffer.from(bytes).toString('utf8').split('\n', 3);
  if (rest !== '' || checksum !== lineChecksum(line)) throw invalid('is damaged');
  const read = parseJson(line);
  if (!hasFormat(read)) throw new ServiceError('unsupported', `manifest: expected format ${formatVersion}`);
  if (!isManifestLine(read)) throw invalid('lacks what it must say');
  const { key, generation, steps, chunkBytes, recomputeMs } = read;
  try {
    assertGeneration(generation);
    checkShape({ steps, chunkBytes });
    return { key: variantKey(key), generation, shape: { steps, chunkBytes }, recomputeMs };
  } catch (cause) {
    throw new ServiceError('invalid', 'manifest: says what cannot be', { cause });
  }
}

function lineChecksum(line: string): string {
  return xxh64(line).toString(16).padStart(16, '0');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new ServiceError('invalid', 'manifest: is no JSON', { cause });
  }
}

function hasFormat(read: unknown): read is object {
  return typeof read === 'object' && read !== null && 'format' in read && read.format === formatVersion;
}

function isManifestLine(read: object): read is ManifestLine {
  const { key, generation, steps, chunkBytes, recomputeMs }: Partial<Record<keyof ManifestLine, unknown>> = read;
  const isNumbers = (list: unknown) => Array.isArray(list) && list.every((item) => typeof item === 'number');
  const isTime = typeof recomputeMs === 'number' && recomputeMs >= 0;
  return (
    typeof key === 'string' && typeof generation === 'string' && isNumbers(steps) && isNumbers(chunkBytes) && isTime
  );
}

function invalid(what: string): ServiceError {
  return new ServiceError('invalid', `manifest: ${what}`);
}
