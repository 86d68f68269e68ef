import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, DirectoryBlobs } from '@instgenie/blobs';
import { TenantDirectory } from './tenant-directory.ts';

/** A clock that tests move; also the time of day. */
export class ManualClock {
  ms = Date.parse('2026-11-25T12:00:00Z');

  readonly now = (): number => this.ms;

  after(): () => void {
    throw new Error('nothing waits here');
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
  isDown = false;

  override get(name: string, limit: { readonly bytesMax: number }) {
    this.reads++;
    return this.isDown ? Promise.reject(new Error('down')) : super.get(name, limit);
  }
}
