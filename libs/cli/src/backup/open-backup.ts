import { type FileHandle, open } from 'node:fs/promises';
import { fileError } from '../read-file.ts';
import { blobBytesMax, isBackupBlob } from './backup-blobs.ts';
import {
  decodeManifest,
  entriesMax,
  type Manifest,
  type ManifestEntry,
  manifestBytesMax,
  manifestEntry,
  manifestName,
} from './manifest.ts';
import { blockBytes, noBackup, parseTarHeader } from './tar-format.ts';

/** A backup all of whose bytes were checked when it was opened. */
export class Backup implements AsyncDisposable {
  readonly manifest: Manifest;
  readonly #handle: FileHandle;
  readonly #offsets: ReadonlyMap<string, number>;

  private constructor(handle: FileHandle, manifest: Manifest, offsets: ReadonlyMap<string, number>) {
    this.#handle = handle;
    this.manifest = manifest;
    this.#offsets = offsets;
  }

  /** Reads all of it. Throws `invalid` unless it holds what its manifest says, and nothing else. */
  static async open(path: string): Promise<Backup> {
    const handle = await open(path, 'r').catch((thrown: unknown) => {
      throw fileError(thrown, { path, field: 'backup' });
    });
    try {
      const { manifest, offsets } = await scan(handle);
      return new Backup(handle, manifest, offsets);
    } catch (thrown) {
      await handle.close();
      throw thrown;
    }
  }

  /** Throws `invalid` where the file was changed since it was opened. */
  async read(entry: ManifestEntry): Promise<Uint8Array> {
    const bytes = await readAt(this.#handle, this.#offsets.get(entry.name) ?? 0, entry.bytes);
    if (manifestEntry(entry.name, bytes).sha256 !== entry.sha256) throw noBackup();
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

async function scan(handle: FileHandle): Promise<{ manifest: Manifest; offsets: ReadonlyMap<string, number> }> {
  const offsets = new Map<string, number>();
  const found = new Map<string, ManifestEntry>();
  let manifest: Manifest | undefined;
  for (let at = 0; ; ) {
    const header = parseTarHeader(await readAt(handle, at, blockBytes));
    if (header === undefined) break;
    const { name, bytes } = header;
    const isManifest = name === manifestName;
    if (manifest !== undefined || found.size > entriesMax || bytes > (isManifest ? manifestBytesMax : blobBytesMax)) {
      throw noBackup();
    }
    const content = await readAt(handle, at + blockBytes, bytes);
    if (isManifest) manifest = decodeManifest(content);
    else found.set(name, manifestEntry(name, content));
    offsets.set(name, at + blockBytes);
    at += blockBytes + Math.ceil(bytes / blockBytes) * blockBytes;
  }
  if (manifest === undefined) throw noBackup();
  const isWhole =
    manifest.entries.length === found.size &&
    manifest.entries.every(({ name, sha256 }) => isBackupBlob(name) && found.get(name)?.sha256 === sha256);
  if (!isWhole) throw noBackup();
  return { manifest, offsets };
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw noBackup();
    done += bytesRead;
  }
  return buffer;
}
