import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ServiceError } from '@instgenie/domain';
import { type Blob, type BlobStore, checkBlobName, type PutCondition, type PutOutcome } from './blob-store.ts';

/** Names of blobs never begin with a dot, so these are never mistaken for one. */
const temporaryPrefix = '.partial-';

/**
 * Blobs as files of a folder that only its owner can read. Writes are temporary file, sync, rename, sync of the folder.
 * Conditions hold among the writers of one process.
 */
export class DirectoryBlobs implements BlobStore {
  readonly #root: string;
  /** The last write of each name that is under way. */
  readonly #writing = new Map<string, Promise<unknown>>();

  constructor(root: string) {
    this.#root = root;
  }

  put(name: string, bytes: Uint8Array, condition: PutCondition = {}): Promise<PutOutcome> {
    return this.#inTurn(name, async () => {
      const { ifMatch } = condition;
      if (ifMatch !== undefined) {
        const found = await this.#read(name);
        if ((found === undefined ? null : etagOf(found)) !== ifMatch) return { kind: 'conflict' };
      }
      await this.#write(this.#path(name), bytes);
      return { kind: 'written', etag: etagOf(bytes) };
    });
  }

  async get(name: string, { bytesMax }: { readonly bytesMax: number }): Promise<Blob | undefined> {
    const path = this.#path(name);
    const size = await orMissing(stat(path).then((found) => found.size));
    if (size !== undefined && size > bytesMax) {
      throw new ServiceError('overloaded', `blob: ${size} bytes are more than the ${bytesMax} allowed`, {
        field: 'blob',
      });
    }
    const bytes = await this.#read(name);
    return bytes === undefined ? undefined : { bytes, etag: etagOf(bytes) };
  }

  delete(name: string): Promise<boolean> {
    const path = this.#path(name);
    return this.#inTurn(name, async () => {
      const isThere = (await orMissing(stat(path))) !== undefined;
      await rm(path, { force: true });
      return isThere;
    });
  }

  async *list(prefix: string): AsyncIterable<string> {
    const folder = prefix.replace(/\/$/, '');
    const path = this.#path(folder);
    const entries = (await orMissing(readdir(path, { withFileTypes: true }))) ?? [];
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* this.list(`${name}/`);
      else if (!entry.name.startsWith('.')) yield name;
    }
  }

  #path(name: string): string {
    checkBlobName(name);
    return join(this.#root, name);
  }

  #read(name: string): Promise<Uint8Array | undefined> {
    return orMissing(readFile(this.#path(name)));
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const folder = dirname(path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = join(folder, `${temporaryPrefix}${randomUUID()}`);
    try {
      await using file = await open(temporary, 'wx', 0o600);
      await file.writeFile(bytes);
      await file.sync();
      await rename(temporary, path);
    } catch (thrown) {
      await rm(temporary, { force: true });
      throw thrown;
    }
    await using handle = await open(folder, 'r');
    await handle.sync();
  }

  /** Writers of one name come one after the other. */
  async #inTurn<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#writing.get(name) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#writing.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#writing.get(name) === turn) this.#writing.delete(name);
    }
  }
}

function etagOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

async function orMissing<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR')) {
      return undefined;
    }
    throw thrown;
  }
}
