import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const main = fileURLToPath(new URL('../../libs/cli/src/main.ts', import.meta.url));
const run = promisify(execFile);

/** The object that a command of the command line prints, with `--json`. Rejects where it fails. */
export async function runCli(args: readonly string[]): Promise<unknown> {
  const all = ['--disable-warning=ExperimentalWarning', main, ...args, '--json'];
  const { stdout } = await run(process.execPath, all, { maxBuffer: 64 * 1024 ** 2 });
  const found: unknown = JSON.parse(stdout);
  assert(typeof found === 'object' && found !== null, `instgenie ${args.join(' ')} prints no object`);
  return found;
}
