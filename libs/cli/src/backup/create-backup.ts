import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { fileError } from '../read-file.ts';
import type { BackupBlob } from './backup-blobs.ts';
import { encodeManifest, type ManifestEntry, manifestEntry, manifestName } from './manifest.ts';
import { tarEnd, tarHeader, tarPadding } from './tar-format.ts';

/** Writes blobs and a manifest of them into a tar file, one after the other; it appears whole or not at all. */
export async function createBackup(
  path: string,
  blobs: AsyncIterable<BackupBlob>,
  { nowMs, signal }: { readonly nowMs: number; readonly signal: AbortSignal },
): Promise<readonly ManifestEntry[]> {
  const temporary = `${path}.${randomUUID()}.partial`;
  try {
    const entries: ManifestEntry[] = [];
    // Records hold digests of keys, and pictures are the tenants'.
    const handle = await open(temporary, 'wx', 0o600);
    await using _ = handle;
    for await (const { name, bytes } of blobs) {
      signal.throwIfAborted();
      await append(handle, { name, bytes }, nowMs);
      entries.push(manifestEntry(name, bytes));
    }
    const manifest = encodeManifest(entries, new Date(nowMs).toISOString());
    await append(handle, { name: manifestName, bytes: manifest }, nowMs);
    await handle.appendFile(tarEnd);
    await handle.sync();
    await rename(temporary, path);
    return entries;
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw fileError(thrown, { path, field: 'backup' });
  }
}

async function append(handle: FileHandle, { name, bytes }: BackupBlob, nowMs: number): Promise<void> {
  await handle.appendFile(tarHeader({ name, bytes: bytes.length }, nowMs));
  await handle.appendFile(bytes);
  await handle.appendFile(tarPadding(bytes.length));
}
