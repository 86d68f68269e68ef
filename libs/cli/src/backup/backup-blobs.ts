import { type BlobStore, getContent } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import { z } from 'zod';

export const blobBytesMax = 2 ** 28;
/** Records that cannot be made again. Results, jobs, links, usage and the audit log are not among them. */
const recordPrefixes = ['tenants/', 'keys/', 'templates/', 'grants/'] as const;
const contentPattern = /^content\/[0-9a-f]{2}\/[0-9a-f]{64}$/;
const withSource = z.object({ source: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) });

export interface BackupBlob {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Whether a backup may hold a blob of this name. */
export function isBackupBlob(name: string): boolean {
  return isContent(name) || recordPrefixes.some((prefix) => name.startsWith(prefix));
}

/** Named by its own digest. */
export function isContent(name: string): boolean {
  return contentPattern.test(name);
}

/**
 * Records, and then the pictures of the templates among them. What is damaged, or gone since its record was read, is left
 * out and named to `onDamaged`.
 */
export async function* backupBlobs(blobs: BlobStore, onDamaged: (name: string) => void): AsyncIterable<BackupBlob> {
  const pictures = new Set<string>();
  for (const prefix of recordPrefixes) {
    for await (const name of blobs.list(prefix)) {
      const bytes = (await blobs.get(name, { bytesMax: blobBytesMax }))?.bytes;
      // Removed since it was listed.
      if (bytes === undefined) continue;
      const record = parsed(bytes);
      if (record === undefined) {
        onDamaged(name);
        continue;
      }
      const { data } = withSource.safeParse(record);
      if (prefix === 'templates/' && data !== undefined) pictures.add(data.source.sha256);
      yield { name, bytes };
    }
  }
  for (const sha256 of [...pictures].toSorted()) {
    const name = `content/${sha256.slice(0, 2)}/${sha256}`;
    const bytes = await getContent(blobs, sha256, { bytesMax: blobBytesMax }).catch(missing);
    if (bytes === undefined) onDamaged(name);
    else yield { name, bytes };
  }
}

function parsed(bytes: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function missing(thrown: unknown): undefined {
  if (thrown instanceof ServiceError && thrown.code === 'not-found') return undefined;
  throw thrown;
}
