import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool, type ToolRun, toolCache } from './run-tool.ts';

const folder = join(import.meta.dirname, 'python');
const installMs = 300_000;

export type Python =
  | { readonly kind: 'ready'; readonly run: (args: readonly string[], options: RunOptions) => Promise<ToolRun> }
  | { readonly kind: 'missing'; readonly reason: string };

interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** A Python with gRPC, in an environment of its own that is made by the first call and kept. */
export async function openPython(): Promise<Python> {
  const requirements = join(folder, 'requirements.txt');
  const version = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const home = join(toolCache, `python-${version}`);
  const program = join(home, 'bin/python');
  const stamp = join(home, 'installed');
  if (!existsSync(stamp)) {
    await rm(home, { recursive: true, force: true });
    const made = await runTool('python3', ['-m', 'venv', home], { timeoutMs: installMs });
    if (made.code !== 0) return { kind: 'missing', reason: `no Python 3 with venv: ${lastLine(made)}` };
    const pip = ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', '-r', requirements];
    const installed = await runTool(program, pip, { timeoutMs: installMs });
    if (installed.code !== 0) return { kind: 'missing', reason: `pip cannot install grpcio: ${lastLine(installed)}` };
    await writeFile(stamp, '');
  }
  return { kind: 'ready', run: (args, options) => runTool(program, args, options) };
}

function lastLine({ stdout, stderr }: ToolRun): string {
  return `${stdout}\n${stderr}`.trim().split('\n').at(-1) ?? '';
}
