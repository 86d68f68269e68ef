import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ServiceError } from '@instgenie/domain';
import { fileError } from '../read-file.ts';

/** Bytes that this user may still write where `folder` is or would be made. */
export async function freeDiskBytes(folder: string): Promise<number> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (thrown) {
      const error = fileError(thrown, { path, field: 'cache' });
      const isMissing = error instanceof ServiceError && error.code === 'not-found';
      if (!isMissing || dirname(path) === path) throw error;
    }
  }
}
