import { mkdir, open, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VariantKey } from '@instgenie/domain';
import {
  isStoreFile,
  manifestName,
  stepName,
  temporarySuffix,
  trashFolder,
  variantFolder,
  variantsFolder,
} from './paths.ts';

/** Makes and removes the store's folders and files, so that a crash leaves nothing that is there only in part. */
export class Folders {
  readonly #root: string;
  #removed = 0;

  constructor(root: string) {
    this.#root = root;
  }

  stepPath(key: VariantKey, step: number): string {
    return join(variantFolder(this.#root, key), stepName(step));
  }

  manifestPath(key: VariantKey): string {
    return join(variantFolder(this.#root, key), manifestName);
  }

  /** Makes the folder of a variant durable, with those above it. */
  async makeVariant(key: VariantKey): Promise<void> {
    const folder = variantFolder(this.#root, key);
    if ((await mkdir(folder, { recursive: true })) === undefined) return;
    await syncFolder(dirname(folder));
    await syncFolder(variantsFolder(this.#root));
  }

  /** Lets `fill` write a file of another name, which takes the name `path` once it is whole. */
  async replace(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = path + temporarySuffix;
    await rm(temporary, { force: true });
    try {
      await fill(temporary);
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (thrown) {
      await rm(temporary, { force: true });
      throw thrown;
    }
  }

  async removeStep(key: VariantKey, step: number): Promise<void> {
    await rm(this.stepPath(key, step), { force: true });
  }

  /** Takes a variant out of sight at once, then removes its files. Foreign files stay, in the trash. */
  async removeVariant(key: VariantKey): Promise<void> {
    const trash = trashFolder(this.#root);
    const out = join(trash, `${key}.${process.pid}.${this.#removed++}`);
    await mkdir(trash, { recursive: true });
    const folder = variantFolder(this.#root, key);
    try {
      await rename(folder, out);
    } catch (thrown) {
      if (isMissing(thrown)) return;
      throw thrown;
    }
    await syncFolder(dirname(folder));
    await removeOwn(out);
  }

  /** Removes a file that a crash has left in the folder of a good variant. */
  async removeLeft(path: string): Promise<void> {
    await rm(path, { force: true });
  }

  /** Removes what removals that were cut off have left. */
  async emptyTrash(): Promise<void> {
    const trash = trashFolder(this.#root);
    await mkdir(trash, { recursive: true });
    for (const { name, isFolder } of await listFolder(trash)) {
      if (isFolder && /^[0-9a-f]{64}\.\d+\.\d+$/.test(name)) await removeOwn(join(trash, name));
    }
  }
}

/** Removes the store's files of a folder, and the folder when nothing else is in it. */
async function removeOwn(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names) if (isStoreFile(name)) await unlink(join(folder, name));
  if (names.every(isStoreFile)) await rmdir(folder);
}

async function listFolder(path: string): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
