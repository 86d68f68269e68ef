import { createHash } from 'node:crypto';
import { ServiceError } from '@instgenie/domain';
import type { BlobStore } from './blob-store.ts';

/** Puts bytes under their own SHA-256 and returns it; the same bytes are kept once, and damaged ones are put right. */
export async function putContent(blobs: BlobStore, bytes: Uint8Array): Promise<string> {
  const digest = digestOf(bytes);
  const name = contentName(digest);
  const { kind } = await blobs.put(name, bytes, { ifMatch: null });
  if (kind === 'conflict' && !(await isWhole(blobs, digest, bytes.length))) await blobs.put(name, bytes);
  return digest;
}

/** Puts them again if they have gone since they were put. */
export async function keepContent(blobs: BlobStore, digest: string, bytes: Uint8Array): Promise<void> {
  await blobs.put(contentName(digest), bytes, { ifMatch: null });
}

/**
 * Puts bytes under their SHA-256, doing as much whether they are there or not: the time it takes tells nobody that
 * somebody else has them.
 */
export async function replaceContent(blobs: BlobStore, digest: string, bytes: Uint8Array): Promise<void> {
  await blobs.put(contentName(digest), bytes);
}

/** The bytes of a SHA-256, checked. Throws `not-found` where they are not there or not what they were. */
export async function getContent(
  blobs: BlobStore,
  digest: string,
  limit: { readonly bytesMax: number },
): Promise<Uint8Array> {
  const found = await blobs.get(contentName(digest), limit);
  if (found === undefined || digestOf(found.bytes) !== digest) {
    throw new ServiceError('not-found', `blob: the content ${digest.slice(0, 16)} is not there, or damaged`, {
      field: 'blob',
    });
  }
  return found.bytes;
}

export async function deleteContent(blobs: BlobStore, digest: string): Promise<void> {
  await blobs.delete(contentName(digest));
}

async function isWhole(blobs: BlobStore, digest: string, bytes: number): Promise<boolean> {
  try {
    await getContent(blobs, digest, { bytesMax: bytes });
    return true;
  } catch (thrown) {
    // Overloaded here: longer than it should be.
    if (thrown instanceof ServiceError && (thrown.code === 'not-found' || thrown.code === 'overloaded')) return false;
    throw thrown;
  }
}

function contentName(digest: string): string {
  return `content/${digest.slice(0, 2)}/${digest}`;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
