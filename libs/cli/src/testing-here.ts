import { describeFailure } from './failure.ts';
import { buildProgram } from './program.ts';
import type { CommandResult } from './testing.ts';

/** For tests: runs a command in this process, as starting one for each takes long. */
export async function runHere(args: readonly string[], folder: string): Promise<CommandResult> {
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
