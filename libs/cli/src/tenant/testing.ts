import { join } from 'node:path';
import { DirectoryBlobs } from '@instgenie/blobs';
import { describeFailure } from '../failure.ts';
import { buildProgram } from '../program.ts';
import { type CommandResult, temporaryFolder } from '../testing.ts';

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

async function runHere(args: readonly string[], folder: string): Promise<CommandResult> {
  const out: string[] = [];
  const notes: string[] = [];
  const progress = {
    note: (text: string) => void notes.push(`${text}\n`),
    bar: () => ({ advance: () => undefined, [Symbol.dispose]: () => undefined }),
  };
  const { signal } = new AbortController();
  const result = (exitCode: number) => ({ exitCode, stdout: out.join(''), stderr: notes.join('') });
  try {
    const print = (text: string) => void out.push(`${text}\n`);
    await buildProgram({ folder, signal, print, progress }).parseAsync(args, { from: 'user' });
    return result(0);
  } catch (thrown) {
    const { exitCode, line } = describeFailure(thrown, undefined);
    if (line !== undefined) progress.note(line);
    return result(exitCode);
  }
}
