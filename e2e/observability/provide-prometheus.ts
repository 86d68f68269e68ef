import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = join(import.meta.dirname, '../../node_modules/.cache/prometheus');

export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

/**
 * Prometheus and its tool: those of PATH; else, on Debian and its kin, the distribution's package, unpacked into a folder:
 * nothing is installed, and no rights are needed. Rejects where there is no way, and says what to install.
 */
export async function providePrometheus(): Promise<PrometheusPrograms> {
  const own = { prometheus: join(folder, 'usr/bin/prometheus'), promtool: join(folder, 'usr/bin/promtool') };
  for (const programs of [{ prometheus: 'prometheus', promtool: 'promtool' }, own]) {
    if (await canRun(programs)) return programs;
  }
  try {
    await unpack();
  } catch (cause) {
    // Another process may have been faster.
    if (!(await canRun(own))) {
      throw new Error('put prometheus and promtool 2.42 or later on PATH (Debian: apt-get install prometheus)', {
        cause,
      });
    }
  }
  return own;
}

async function canRun({ prometheus, promtool }: PrometheusPrograms): Promise<boolean> {
  try {
    await Promise.all([run(prometheus, ['--version']), run(promtool, ['--version'])]);
    return true;
  } catch {
    return false;
  }
}

/** Unpacks into a folder beside, and gives it its name when it is whole. */
async function unpack(): Promise<void> {
  const partial = `${folder}.${randomUUID()}`;
  await mkdir(partial, { recursive: true });
  try {
    await download(partial);
    for (const name of await readdir(partial)) {
      if (name.endsWith('.deb')) await run('dpkg', ['-x', join(partial, name), partial]);
    }
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** With the system's package lists if they do, else with fresh ones in a folder of our own. */
async function download(into: string): Promise<void> {
  const fetchPackage = (options: readonly string[]) =>
    run('apt-get', [...options, 'download', 'prometheus'], { cwd: into });
  try {
    await fetchPackage([]);
  } catch {
    await mkdir(join(into, 'apt/lists/partial'), { recursive: true });
    await mkdir(join(into, 'apt/cache/archives/partial'), { recursive: true });
    const fresh = ['-o', `Dir::State::lists=${into}/apt/lists`, '-o', `Dir::Cache=${into}/apt/cache`];
    await run('apt-get', [...fresh, 'update'], { cwd: into });
    await fetchPackage(fresh);
  }
}
