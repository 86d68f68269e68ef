import type { BlobStore } from '@instgenie/blobs';

/** For tests: blobs in memory. */
export class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<string, Uint8Array>();

  async put(name: string, bytes: Uint8Array) {
    this.#blobs.set(name, bytes);
    return { kind: 'written', etag: '' } as const;
  }

  async get(name: string) {
    const bytes = this.#blobs.get(name);
    return bytes === undefined ? undefined : { bytes, etag: '' };
  }

  async delete(name: string): Promise<boolean> {
    return this.#blobs.delete(name);
  }

  async *list(prefix: string): AsyncIterable<string> {
    yield* [...this.#blobs.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  }
}
