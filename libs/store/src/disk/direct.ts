import { constants, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkAlignment } from '@instgenie/domain';
import { alignedBuffer } from '../memory/aligned.ts';

/** Whether files of a folder can be read past the page cache: tried with a file of one page. */
export async function supportsDirect(folder: string): Promise<boolean> {
  const path = join(folder, `direct.${process.pid}.partial`);
  await writeFile(path, new Uint8Array(chunkAlignment));
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_DIRECT);
    const { bytesRead } = await file.read(new Uint8Array(alignedBuffer(chunkAlignment)), 0, chunkAlignment, 0);
    return bytesRead === chunkAlignment;
  } catch {
    return false;
  } finally {
    await rm(path, { force: true });
  }
}
