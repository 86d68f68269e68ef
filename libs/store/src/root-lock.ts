import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '@instgenie/domain';

/**
 * Keeps other processes out of a store's folder: a file with the process's number and the time it was started. One that
 * a dead process has left is taken over, also where a restarted container counts its processes from 1 again. Throws `overloaded` when a living one holds it.
 */
export async function lockRoot(root: string): Promise<AsyncDisposable> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const path = join(root, 'lock');
  const own = `${path}.${process.pid}`;
  await writeFile(own, `${process.pid} ${await startedAt(process.pid)}`);
  try {
    await take(own, path);
  } finally {
    await unlink(own);
  }
  return { [Symbol.asyncDispose]: () => unlink(path) };
}

async function take(own: string, path: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await link(own, path);
      return;
    } catch (thrown) {
      if (!hasCode(thrown, 'EEXIST')) throw thrown;
    }
    const [pid, started] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
    if (isAlive(Number(pid)) && (await startedAt(Number(pid))) === started) throw inUse(Number(pid));
    await unlink(path).catch(() => undefined);
  }
  throw inUse(0);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return hasCode(thrown, 'EPERM');
  }
}

/** When a process was started, in the system's ticks; the same for all where the system does not tell. */
async function startedAt(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name, in brackets, may hold anything; the 20th word behind it is the start.
  return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown';
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}

function inUse(pid: number): ServiceError {
  return new ServiceError('overloaded', `store: its folder is in use by process ${pid}`, { field: 'store' });
}
