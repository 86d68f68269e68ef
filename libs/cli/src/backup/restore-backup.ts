import type { BlobStore } from '@instgenie/blobs';
import { blobBytesMax, isContent } from './backup-blobs.ts';
import { type ManifestEntry, manifestEntry } from './manifest.ts';
import type { Backup } from './open-backup.ts';

export interface RestoreOptions {
  /** Records that are there and say something else are replaced; else they stay. */
  readonly isReplacing: boolean;
  /** Says what would be done, and writes nothing. */
  readonly isDryRun: boolean;
  readonly signal: AbortSignal;
}

/** How many blobs. */
export interface Restored {
  readonly written: number;
  /** Were there already, the same. */
  readonly same: number;
  /** Say something else than the backup, and were left as they are. */
  readonly kept: number;
  /** Said something else, and were replaced. */
  readonly replaced: number;
}

type Outcome = keyof Restored;

/** Puts what a backup holds where it was, pictures first. Doing it again changes nothing. */
export async function restoreBackup(blobs: BlobStore, backup: Backup, options: RestoreOptions): Promise<Restored> {
  const counts = { written: 0, same: 0, kept: 0, replaced: 0 };
  const { entries } = backup.manifest;
  const pictures = entries.filter(({ name }) => isContent(name));
  const records = entries.filter(({ name }) => !isContent(name));
  for (const entry of [...pictures, ...records]) {
    options.signal.throwIfAborted();
    counts[await restoreOne(blobs, { backup, entry }, options)]++;
  }
  return counts;
}

async function restoreOne(
  blobs: BlobStore,
  { backup, entry }: { readonly backup: Backup; readonly entry: ManifestEntry },
  { isReplacing, isDryRun }: RestoreOptions,
): Promise<Outcome> {
  const { name, sha256 } = entry;
  const there = await blobs.get(name, { bytesMax: blobBytesMax });
  if (there !== undefined && manifestEntry(name, there.bytes).sha256 === sha256) return 'same';
  // A picture that is not what its name says is damaged.
  if (there !== undefined && !isReplacing && !isContent(name)) return 'kept';
  const outcome = there === undefined ? 'written' : 'replaced';
  if (isDryRun) return outcome;
  const put = await blobs.put(name, await backup.read(entry), { ifMatch: there?.etag ?? null });
  // Somebody else has written it just now.
  return put.kind === 'written' ? outcome : 'kept';
}
