import { constants, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { alignedBuffer } from '../memory/aligned.ts';
import { supportsDirect } from './direct.ts';

/** How fast files of a folder are, bytes each millisecond. */
export interface FolderSpeed {
  /** Whether files are read past the page cache; else reading tells of memory rather than of the disk. */
  readonly isDirect: boolean;
  readonly writeBytesPerMs: number;
  readonly readBytesPerMs: number;
}

const pieceBytes = 4 * 1024 ** 2;

/** Writes a file of `bytes` into a folder that is there, syncs it, reads it, and removes it; stops after `limitMs` each. */
export async function measureFolder(
  folder: string,
  { bytes, limitMs, nowMs }: { readonly bytes: number; readonly limitMs: number; readonly nowMs: () => number },
): Promise<FolderSpeed> {
  const isDirect = await supportsDirect(folder);
  const direct = isDirect ? constants.O_DIRECT : 0;
  const path = join(folder, `speed.${process.pid}.partial`);
  const piece = new Uint8Array(alignedBuffer(pieceBytes)).fill(1);
  const pieces = Math.ceil(bytes / pieceBytes);
  const move = async (
    flags: number,
    one: (handle: Awaited<ReturnType<typeof open>>, at: number) => Promise<unknown>,
  ) => {
    await using handle = await open(path, flags | direct, 0o600);
    const began = nowMs();
    let done = 0;
    while (done < pieces && (done === 0 || nowMs() - began < limitMs)) await one(handle, pieceBytes * done++);
    if ((flags & constants.O_WRONLY) !== 0) await handle.datasync();
    return { done, perMs: (done * pieceBytes) / Math.max(0.001, nowMs() - began) };
  };
  try {
    const written = await move(constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, (handle, at) =>
      handle.write(piece, 0, pieceBytes, at),
    );
    const read = await move(constants.O_RDONLY, (handle, at) =>
      handle.read(piece, 0, pieceBytes, at % (written.done * pieceBytes)),
    );
    return { isDirect, writeBytesPerMs: written.perMs, readBytesPerMs: read.perMs };
  } finally {
    await rm(path, { force: true });
  }
}
