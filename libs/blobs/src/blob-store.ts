import { ServiceError } from '@instgenie/domain';

/** A blob's bytes, and the tag that changes with them. */
export interface Blob {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** What became of a write: `conflict` when the blob was not as the writer believed. */
export type PutOutcome = { readonly kind: 'written'; readonly etag: string } | { readonly kind: 'conflict' };

export interface PutCondition {
  /** Only if the blob still has this tag; null: only if there is none. Without it the blob is replaced. */
  readonly ifMatch?: string | null;
}

/**
 * Keeps bytes under names: sources, results, records. A blob is there whole or not at all. Names are checked by
 * `checkBlobName`.
 */
export interface BlobStore {
  put(name: string, bytes: Uint8Array, condition?: PutCondition): Promise<PutOutcome>;
  /** Undefined where there is none. Throws `overloaded` for a blob above `bytesMax`, before it is read. */
  get(name: string, limit: { readonly bytesMax: number }): Promise<Blob | undefined>;
  /** Returns whether it was there. */
  delete(name: string): Promise<boolean>;
  /** Names that begin with the prefix, which ends with a slash; sorted. */
  list(prefix: string): AsyncIterable<string>;
}

/** Throws `invalid` unless a name is parts of `[a-z0-9._-]` joined by slashes, at most 200 characters each, none of which begins with a dot. */
export function checkBlobName(name: string): void {
  const isGood = name.length <= 512 && /^[a-z0-9_-][a-z0-9._-]{0,199}(\/[a-z0-9_-][a-z0-9._-]{0,199})*$/.test(name);
  if (!isGood) throw new ServiceError('invalid', 'blob: not a name', { field: 'blob' });
}
