import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissing } from './json-file.ts';

const temporarySuffix = '.partial';

/**
 * Makes the file `path` appear whole or not at all: `fill` writes a file of a temporary name beside it,
 * which is then synced and renamed. Any number of processes may do this at once; the last one's file stays.
 */
export async function writeAtomically(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomUUID()}${temporarySuffix}`;
  try {
    await fill(temporary);
    await syncPath(temporary);
    await rename(temporary, path);
    await syncPath(dirname(path));
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

/** Flushes a file's bytes, or a folder's names, to the disk. */
async function syncPath(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

/** Writes all of `bytes` at the file's current end. */
export async function appendFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done)).bytesWritten;
  }
}

/**
 * Removes what writers that died have left in `folder`: temporary files that nobody has written to for `idleMs`.
 * A living writer touches its file all the time.
 */
export async function sweepTemporaries(
  folder: string,
  { nowMs, idleMs }: { readonly nowMs: number; readonly idleMs: number },
): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(temporarySuffix)) continue;
    const path = join(folder, name);
    try {
      if ((await stat(path)).mtimeMs < nowMs - idleMs) await rm(path, { force: true });
    } catch (thrown) {
      if (!isMissing(thrown)) throw thrown;
    }
  }
}
