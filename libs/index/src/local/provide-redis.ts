import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServiceError } from '@instgenie/domain';

const run = promisify(execFile);
/** Major and minor version. */
const oldest = [6, 2] as const;
const usualFolder = join(import.meta.dirname, '../../../../node_modules/.cache/redis');

/** The server, and the libraries of it that a small Debian lacks. */
const packages = ['redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1', 'liblz4-1', 'libssl3', 'libsystemd0'];

/** The libraries lie beside the program. `exec` keeps the process id: signals reach the server itself. */
const launcher = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
LD_LIBRARY_PATH=$(echo "$here"/usr/lib/*-linux-gnu "$here"/lib/*-linux-gnu | tr ' ' ':') exec "$here/usr/bin/redis-server" "$@"
`;

/**
 * Path of a Redis server: that of PATH (redis-server or valkey-server, 6.2 or later); else, on Debian and its kin, the
 * distribution's package, unpacked into a folder: nothing is installed, and no rights are needed. Throws `unsupported`
 * and says what to install where there is no way.
 */
export async function provideRedis(folder = usualFolder): Promise<string> {
  const own = join(folder, 'redis-server');
  for (const program of ['redis-server', 'valkey-server', own]) if (await isNewEnough(program)) return program;
  try {
    await unpack(folder);
  } catch (thrown) {
    // Another process may have been faster.
    if (!(await isNewEnough(own))) throw unavailable(thrown);
  }
  if (!(await isNewEnough(own))) throw unavailable(undefined);
  return own;
}

async function isNewEnough(program: string): Promise<boolean> {
  try {
    const { stdout } = await run(program, ['--version']);
    const [, major = '0', minor = '0'] = /v=(\d+)\.(\d+)/.exec(stdout) ?? [];
    return Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
  } catch {
    return false;
  }
}

/** Unpacks into a folder beside, and gives it its name when it is whole. */
async function unpack(folder: string): Promise<void> {
  const partial = `${folder}.${randomUUID()}`;
  await mkdir(partial, { recursive: true });
  try {
    await download(partial);
    for (const name of await readdir(partial)) {
      if (name.endsWith('.deb')) await run('dpkg', ['-x', join(partial, name), partial]);
    }
    await writeFile(join(partial, 'redis-server'), launcher);
    await chmod(join(partial, 'redis-server'), 0o755);
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** With the system's package lists if they do, else with fresh ones in a folder of our own. */
async function download(into: string): Promise<void> {
  const fetch = (options: readonly string[]) =>
    run('apt-get', [...options, 'download', 'redis-server', ...packages], { cwd: into });
  try {
    await fetch([]);
  } catch {
    await mkdir(join(into, 'apt/lists/partial'), { recursive: true });
    await mkdir(join(into, 'apt/cache/archives/partial'), { recursive: true });
    const fresh = ['-o', `Dir::State::lists=${into}/apt/lists`, '-o', `Dir::Cache=${into}/apt/cache`];
    await run('apt-get', [...fresh, 'update'], { cwd: into });
    await fetch(fresh);
  }
}

function unavailable(cause: unknown): ServiceError {
  const text = 'redis: no server of 6.2 or later; put redis-server or valkey-server on PATH';
  return new ServiceError('unsupported', `${text} (Debian: apt-get install redis-server)`, { field: 'redis', cause });
}
