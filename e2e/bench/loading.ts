import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openCheckpoint } from '@instgenie/checkpoint';
import { Engine } from '@instgenie/engine';
import { type Row, row } from './rows.ts';

const mib = 1024 ** 2;

/** Memory that loading a model takes beyond its float32 weights, in a process of its own. */
export async function measureLoading(folder: string, cache: string): Promise<readonly Row[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), folder, cache]);
  const { grownMib, weightsMib } = JSON.parse(stdout) as { readonly grownMib: number; readonly weightsMib: number };
  return [
    row('engine.load.weights_mib', weightsMib, { unit: 'MiB' }),
    row('engine.load.extra_mib', grownMib - weightsMib, { unit: 'MiB', atMost: 300 }),
  ];
}

/** Resident memory, anonymous and of files. */
function residentMib(): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}

async function load(folder: string, cache: string): Promise<void> {
  const before = residentMib();
  const { weights } = await openCheckpoint(folder);
  const elements = Object.values(weights).flatMap((part) =>
    part
      .names()
      .map((name: string) => part.get(name).shape.reduce((product: number, length: number) => product * length, 1)),
  );
  await using engine = await Engine.open({ folder, cache });
  const grownMib = residentMib() - before;
  const weightsMib = elements.reduce((sum, count) => sum + 4 * count, 0) / mib;
  console.log(JSON.stringify({ grownMib, weightsMib, family: engine.model.family }));
}

const [script, folder, cache] = process.argv.slice(1);
if (script === fileURLToPath(import.meta.url) && folder !== undefined && cache !== undefined) await load(folder, cache);
