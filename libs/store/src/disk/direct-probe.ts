import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkAlignment, ServiceError } from '@instgenie/domain';
import { alignedBuffer } from '../memory/aligned.ts';
import { fileBlockIo } from './block-io.ts';
import { trashFolder } from './paths.ts';
import { readWhole, writeWhole } from './whole.ts';

/** `auto` goes past the page cache where the file system allows it. */
export type DirectIo = 'auto' | 'on' | 'off';

/** Whether to go past the page cache: tried out with a page. Throws `unsupported` when it must and cannot. */
export async function probeDirectIo(root: string, wish: DirectIo): Promise<boolean> {
  if (wish === 'off') return false;
  const path = join(trashFolder(root), 'direct-probe');
  try {
    await tryPage(path);
    return true;
  } catch (cause) {
    if (wish === 'auto') return false;
    throw new ServiceError('unsupported', 'the file system of the store offers no direct I/O', { cause });
  } finally {
    await rm(path, { force: true });
  }
}

async function tryPage(path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await rm(path, { force: true });
  const io = fileBlockIo({ direct: true });
  const page = new Uint8Array(alignedBuffer(chunkAlignment));
  for (const how of ['create', 'read'] as const) {
    const file = await io.open(path, { how, aligned: true });
    try {
      await (how === 'create' ? writeWhole(file, page, 0) : readWhole(file, page, 0));
    } finally {
      await file.close();
    }
  }
}
