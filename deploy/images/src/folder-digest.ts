import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface FolderDigest {
  readonly sha256: string;
  readonly files: number;
  readonly bytes: number;
}

const filesMax = 100_000;

/**
 * The digest of all files of a folder and their paths: what
 * `find -L . -type f -not -path '*\/.*' -not -path '*\/lost+found*' -printf '%P\n' | LC_ALL=C sort | xargs -d'\n' sha256sum | sha256sum`
 * prints in it. Hidden files are left out, and links are followed.
 */
export async function folderDigest(folder: string): Promise<FolderDigest> {
  const paths = await filesOf(folder, '');
  const whole = createHash('sha256');
  let bytes = 0;
  for (const path of paths.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, path), { highWaterMark: 1024 ** 2 }), hash);
    whole.update(`${hash.digest('hex')}  ${path}\n`);
    bytes += (await stat(join(folder, path))).size;
  }
  return { sha256: whole.digest('hex'), files: paths.length, bytes };
}

async function filesOf(root: string, below: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await readdir(join(root, below))) {
    if (name.startsWith('.') || name === 'lost+found') continue;
    const path = below === '' ? name : `${below}/${name}`;
    const entry = await stat(join(root, path));
    if (entry.isDirectory()) found.push(...(await filesOf(root, path)));
    else if (entry.isFile()) found.push(path);
    if (found.length > filesMax) throw new RangeError(`more than ${filesMax} files in ${root}`);
  }
  return found;
}
