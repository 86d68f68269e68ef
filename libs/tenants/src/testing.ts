import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, DirectoryBlobs, type PutCondition } from '@instgenie/blobs';
import type { Clock } from '@instgenie/domain';
import { TenantDirectory } from './tenant-directory.ts';

/** A clock that tests move; also the time of day. */
export class ManualClock implements Clock {
  ms = Date.parse('2026-11-25T12:00:00Z');
  readonly #timers = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  readonly now = (): number => this.ms;

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  after(delayMs: number, wake: () => void): () => void {
    const timer = { atMs: this.ms + delayMs, wake };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, and wakes who has waited for it. */
  pass(ms: number): void {
    this.ms += ms;
    for (const timer of this.#timers) {
      if (timer.atMs > this.ms) continue;
      this.#timers.delete(timer);
      timer.wake();
    }
  }
}

/** A directory in a folder of its own, which counts what is read. */
export async function temporaryDirectory(clock: ManualClock) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'instgenie-tenants-'));
  const blobs = new CountedBlobs(folder.path);
  return {
    blobs: blobs satisfies BlobStore,
    path: folder.path,
    directory: new TenantDirectory(blobs, clock.now),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

class CountedBlobs extends DirectoryBlobs {
  reads = 0;
  writes = 0;
  isDown = false;

  override put(name: string, bytes: Uint8Array, condition?: PutCondition) {
    this.writes++;
    return this.isDown ? Promise.reject(new Error('down')) : super.put(name, bytes, condition);
  }

  override get(name: string, limit: { readonly bytesMax: number }) {
    this.reads++;
    return this.isDown ? Promise.reject(new Error('down')) : super.get(name, limit);
  }
}
