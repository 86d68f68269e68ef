import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type VariantKey, variantKey } from '@instgenie/domain';
import { xxh64 } from '@node-rs/xxhash';

// root/encodings/<2 digits>/<key>/<digest of the name>.enc: checksum (u64, little endian), then the bytes
const checksumBytes = 8;

interface Kept {
  readonly key: VariantKey;
  readonly bytes: number;
}

/**
 * Small things beside a variant that are slow to compute, by name: what encoders made of its picture. Files within a
 * budget of bytes; what was used longest ago goes first. Any doubt about a file is a miss.
 */
export class Encodings {
  readonly #root: string;
  readonly #bytesMax: number;
  /** By path, in the order of their last use. */
  readonly #kept = new Map<string, Kept>();
  #usedBytes = 0;
  #writes = 0;
  #scanned: Promise<void> | undefined;

  constructor(root: string, { bytesMax }: { readonly bytesMax: number }) {
    this.#root = join(root, 'encodings');
    this.#bytesMax = bytesMax;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Undefined for what is not kept, or is damaged. */
  async get(key: VariantKey, name: string): Promise<Uint8Array | undefined> {
    const path = this.#path(key, name);
    try {
      const file = await readFile(path);
      const bytes = new Uint8Array(file.buffer, file.byteOffset + checksumBytes, file.length - checksumBytes);
      if (file.readBigUInt64LE(0) !== checksumOf(path, bytes)) throw new RangeError('damaged');
      const kept = this.#kept.get(path);
      if (kept !== undefined && this.#kept.delete(path)) this.#kept.set(path, kept);
      return bytes;
    } catch {
      return undefined;
    }
  }

  /** Keeps a copy; where the disk does not take it, nothing is kept. Never rejects. */
  async put(key: VariantKey, name: string, bytes: Uint8Array): Promise<void> {
    const size = checksumBytes + bytes.length;
    if (size > this.#bytesMax) return;
    const path = this.#path(key, name);
    const temporary = `${path}.${this.#writes++}.partial`;
    try {
      await this.#scan();
      await this.#forget(path);
      this.#kept.set(path, { key, bytes: size });
      this.#usedBytes += size;
      await this.#makeRoom();
      await mkdir(dirname(path), { recursive: true });
      const checksum = Buffer.alloc(checksumBytes);
      checksum.writeBigUInt64LE(checksumOf(path, bytes));
      await writeFile(temporary, Buffer.concat([checksum, bytes]));
      await rename(temporary, path);
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
      await this.#forget(path).catch(() => undefined);
    }
  }

  async remove(key: VariantKey): Promise<void> {
    await this.#scan();
    for (const [path, kept] of this.#kept) if (kept.key === key) await this.#forget(path);
    await rm(this.#folder(key), { recursive: true, force: true });
  }

  async #makeRoom(): Promise<void> {
    for (const path of this.#kept.keys()) {
      if (this.#usedBytes <= this.#bytesMax) return;
      await this.#forget(path);
    }
  }

  async #forget(path: string): Promise<void> {
    const kept = this.#kept.get(path);
    if (kept === undefined) return;
    this.#kept.delete(path);
    this.#usedBytes -= kept.bytes;
    await rm(path, { force: true });
  }

  /** Takes over what an earlier process has kept, once; what it left half written goes. */
  #scan(): Promise<void> {
    this.#scanned ??= this.#takeOver();
    return this.#scanned;
  }

  async #takeOver(): Promise<void> {
    const names = await readdir(this.#root, { recursive: true }).catch(() => []);
    const found: { readonly path: string; readonly kept: Kept; readonly writtenMs: number }[] = [];
    for (const name of names) {
      const path = join(this.#root, name);
      if (name.endsWith('.partial')) await rm(path, { force: true });
      const [, key] = /^[0-9a-f]{2}\/([0-9a-f]{64})\/[0-9a-f]{64}\.enc$/.exec(name) ?? [];
      if (key === undefined) continue;
      const { size, mtimeMs } = await stat(path);
      found.push({ path, kept: { key: variantKey(key), bytes: size }, writtenMs: mtimeMs });
    }
    for (const { path, kept } of found.toSorted((a, b) => a.writtenMs - b.writtenMs)) {
      this.#kept.set(path, kept);
      this.#usedBytes += kept.bytes;
    }
    await this.#makeRoom();
  }

  #folder(key: VariantKey): string {
    return join(this.#root, key.slice(0, 2), key);
  }

  #path(key: VariantKey, name: string): string {
    return join(this.#folder(key), `${createHash('sha256').update(name).digest('hex')}.enc`);
  }
}

/** Seeded by the place: the right bytes of another name are as wrong as damaged ones. */
function checksumOf(path: string, bytes: Uint8Array): bigint {
  return xxh64(bytes, xxh64(path.slice(-checksumPathLength)));
}

/** `<key>/<digest>.enc` */
const checksumPathLength = 64 + 1 + 64 + 4;
