import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Mask, mask, type Picture, picture, type Size } from '@instgenie/domain';

const main = join(import.meta.dirname, 'main.ts');

export const demoModel = join(import.meta.dirname, '../../../deploy/models/portrait-fill');

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line as a process of its own, in `folder`. Its stdout and stderr are pipes, not terminals. */
export function startCli(args: readonly string[], folder = tmpdir()): ChildProcess {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('INSTGENIE_')));
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function runCli(args: readonly string[], folder?: string): Promise<CommandResult> {
  const child = startCli(args, folder);
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { exitCode: child.exitCode, stdout, stderr };
}

/** A folder that is gone when it is disposed of. */
export function temporaryFolder() {
  return mkdtempDisposable(join(tmpdir(), 'instgenie-cli-'));
}

/** A picture whose bytes all differ a little, so that a wrong one shows. */
export function colourfulPicture({ width, height }: Size, channels: 3 | 4 = 3): Picture {
  const data = Uint8Array.from({ length: width * height * channels }, (_, at) => (at * 7 + (at >> 5)) % 251);
  return picture({ width, height, channels, data });
}

/** Masked where `isMasked` says so. */
export function maskWhere({ width, height }: Size, isMasked: (x: number, y: number) => boolean): Mask {
  const bits = Uint8Array.from({ length: width * height }, (_, at) =>
    isMasked(at % width, Math.floor(at / width)) ? 1 : 0,
  );
  return mask({ width, height, bits });
}
