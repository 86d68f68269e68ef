import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from './read-file.ts';

/**
 * Makes files appear whole or not at all, replacing what was there: all are written under temporary names in their own
 * folders first, and renamed when the last one is on the disk. A failure or the end of the process leaves no temporary file.
 */
export async function writeFiles(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const temporaries = new Map([...files.keys()].map((path) => [path, temporaryName(path)] as const));
  const sweep = () => [...temporaries.values()].forEach((temporary) => rmSync(temporary, { force: true }));
  process.once('exit', sweep);
  try {
    for (const [path, bytes] of files) await writeSynced(temporaries.get(path) ?? path, bytes, path);
    for (const [path, temporary] of temporaries) await renameTo(temporary, path);
  } finally {
    for (const temporary of temporaries.values()) await rm(temporary, { force: true });
    process.off('exit', sweep);
  }
}

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
}

async function writeSynced(temporary: string, bytes: Uint8Array, path: string): Promise<void> {
  try {
    await using handle: FileHandle = await open(temporary, 'wx');
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (thrown) {
    throw fileError(thrown, { path, field: 'output' });
  }
}

async function renameTo(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (thrown) {
    throw fileError(thrown, { path, field: 'output' });
  }
}

/** Makes a folder, with those above it, unless it is there. Throws what is wrong with it, naming the flag. */
export async function makeFolder(path: string, field: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (thrown) {
    throw fileError(thrown, { path, field });
  }
}
