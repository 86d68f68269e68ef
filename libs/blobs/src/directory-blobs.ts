import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ServiceError } from '@instgenie/domain';
import { type Blob, type BlobStore, checkBlobName, type PutCondition, type PutOutcome } from './blob-store.ts';
import { FolderLock } from './folder-lock.ts';

/** Names of blobs never begin with a dot, so this folder is never mistaken for a part of one. */
const temporaryFolder = '.partial';
/** A living writer is never idle for so long. */
const leftoverMs = 60 * 60 * 1000;

/**
 * Blobs as files of a folder that only its owner can read. Writes are temporary file, sync, rename, sync of the folder.
 * Conditions hold among all writers of the machine.
 */
export class DirectoryBlobs implements BlobStore {
  readonly #root: string;
  readonly #lock: FolderLock;
  #prepared: Promise<void> | undefined;

  constructor(root: string) {
    this.#root = root;
    this.#lock = new FolderLock(root);
  }

  async put(name: string, bytes: Uint8Array, { ifMatch }: PutCondition = {}): Promise<PutOutcome> {
    const path = this.#path(name);
    await this.#prepare();
    if (ifMatch === null && (await isThere(path))) return { kind: 'conflict' };
    const temporary = join(this.#root, temporaryFolder, randomUUID());
    try {
      await writeSynced(temporary, bytes);
      return await this.#lock.hold(async () => {
        const isFresh =
          ifMatch === null ? !(await isThere(path)) : ifMatch === undefined || (await tagOf(path)) === ifMatch;
        if (!isFresh) return { kind: 'conflict' };
        await this.#place(temporary, path);
        return new Written(bytes);
      });
    } finally {
      await rm(temporary, { force: true });
    }
  }

  get(name: string, { bytesMax }: { readonly bytesMax: number }): Promise<Blob | undefined> {
    return readBlob(this.#path(name), bytesMax);
  }

  async delete(name: string): Promise<boolean> {
    const path = this.#path(name);
    await this.#prepare();
    return await this.#lock.hold(async () => {
      if (!(await isThere(path))) return false;
      await rm(path);
      await syncFolder(dirname(path));
      return true;
    });
  }

  async *list(prefix: string): AsyncIterable<string> {
    const folder = prefix.replace(/\/$/, '');
    const entries = (await orMissing(readdir(this.#path(folder), { withFileTypes: true }))) ?? [];
    // A folder sorts with the slash that follows it in names.
    const parts = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).toSorted(inByteOrder);
    for (const part of parts) {
      const name = `${folder}/${part}`;
      if (part.endsWith('/')) yield* this.list(name);
      else yield name;
    }
  }

  #path(name: string): string {
    checkBlobName(name);
    return join(this.#root, name);
  }

  /** Makes the store's own folders and, once, removes what writers that died have left. */
  #prepare(): Promise<void> {
    this.#prepared ??= this.#makeFolders().catch((thrown: unknown) => {
      this.#prepared = undefined;
      throw thrown;
    });
    return this.#prepared;
  }

  async #makeFolders(): Promise<void> {
    const folder = join(this.#root, temporaryFolder);
    await makeDurable(folder);
    // The age of files is told by the clock of their file system.
    const probe = join(folder, randomUUID());
    await writeSynced(probe, new Uint8Array());
    const { mtimeMs: nowMs } = await stat(probe);
    await rm(probe);
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const found = await orMissing(stat(path));
      if (found !== undefined && found.mtimeMs < nowMs - leftoverMs) await rm(path, { force: true });
    }
  }

  async #place(temporary: string, path: string): Promise<void> {
    try {
      await makeDurable(dirname(path));
      await rename(temporary, path);
    } catch (thrown) {
      if (!hasCode(thrown, 'EEXIST', 'ENOTDIR', 'EISDIR')) throw thrown;
      const message = 'blob: a name and a name below it cannot both be blobs';
      throw new ServiceError('invalid', message, { field: 'blob', cause: thrown });
    }
    await syncFolder(dirname(path));
  }
}

/** Makes a folder and those above it, so that they are there after a power failure. */
async function makeDurable(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(bytes);
  await file.sync();
}

async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

async function isThere(path: string): Promise<boolean> {
  return (await orMissing(stat(path)))?.isFile() === true;
}

async function tagOf(path: string): Promise<string | undefined> {
  return (await readBlob(path, Number.POSITIVE_INFINITY))?.etag;
}

async function readBlob(path: string, bytesMax: number): Promise<Blob | undefined> {
  const handle: FileHandle | undefined = await orMissing(open(path, 'r'));
  if (handle === undefined) return undefined;
  await using file = handle;
  const found = await file.stat();
  if (!found.isFile()) return undefined;
  if (found.size > bytesMax) {
    throw new ServiceError('overloaded', `blob: ${found.size} bytes are more than the ${bytesMax} allowed`, {
      field: 'blob',
    });
  }
  return new Tagged(await file.readFile());
}

/** Bytes and their tag, which is computed when somebody asks: most read pictures, and nobody changes those. */
class Tagged implements Blob {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get etag(): string {
    return createHash('sha256').update(this.bytes).digest('hex').slice(0, 32);
  }
}

class Written extends Tagged {
  readonly kind = 'written';
}

function inByteOrder(a: string, b: string): number {
  return a < b ? -1 : 1;
}

async function orMissing<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT', 'ENOTDIR')) return undefined;
    throw thrown;
  }
}

function hasCode(thrown: unknown, ...codes: readonly string[]): boolean {
  return thrown instanceof Error && 'code' in thrown && codes.some((code) => code === thrown.code);
}
