import { readFile, stat } from 'node:fs/promises';
import { ServiceError } from '@instgenie/domain';

/** What `decodePicture` takes at most, so that a huge file is refused before it is read. */
export const pictureBytesMax = 50_000_000;

/** The bytes of a picture file. Throws `not-found` or `invalid`, naming the flag that asked for it. */
export async function readPictureFile(path: string, field: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > pictureBytesMax) {
      const text = `${field}: ${path} has ${size} bytes, more than the ${pictureBytesMax} allowed; use a smaller file`;
      throw new ServiceError('invalid', text, { field });
    }
    return await readFile(path);
  } catch (thrown) {
    throw fileError(thrown, { path, field });
  }
}

/** A failed file operation as the person who gave the path should read it. Anything else stays what it is. */
export function fileError(
  thrown: unknown,
  { path, field }: { readonly path: string; readonly field: string },
): unknown {
  if (!(thrown instanceof Error && 'code' in thrown)) return thrown;
  const refused = (code: 'invalid' | 'not-found' | 'overloaded', what: string) =>
    new ServiceError(code, `${field}: ${path}: ${what}`, { field, cause: thrown });
  switch (thrown.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return refused('not-found', 'no such file or folder');
    case 'EISDIR':
      return refused('invalid', 'this is a folder; a file is expected');
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return refused('invalid', 'permission denied');
    case 'ENOSPC':
    case 'EDQUOT':
      return refused('overloaded', 'the disk is full');
    default:
      return thrown;
  }
}
