import { join } from 'node:path';
import { DirectoryBlobs } from '@instgenie/blobs';
import { temporaryFolder } from '../testing.ts';
import { runHere } from '../testing-here.ts';

/** Commands on records of a folder of their own, in this process: starting one for each takes long. */
export async function withRecords() {
  const folder = await temporaryFolder();
  const run = (...args: readonly string[]) => runHere([...args, '--blobs', 'blobs'], folder.path);
  return {
    run,
    /** The object that a command prints which must not fail. */
    json: async (...args: readonly string[]) => {
      const { exitCode, stdout, stderr } = await run(...args, '--json');
      if (exitCode !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    },
    blobs: new DirectoryBlobs(join(folder.path, 'blobs')),
    path: folder.path,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
