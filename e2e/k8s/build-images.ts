import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { provideRedis } from '@instgenie/index';
import type { KubeCluster } from './kube-cluster.ts';

const imageMain = fileURLToPath(new URL('../../deploy/images/build/main.ts', import.meta.url));
const run = promisify(execFile);
const outputMax = 64 * 1024 ** 2;
const libraries = 'usr/lib/x86_64-linux-gnu';

/** What the chart needs on a node without a registry: our image, a model and a Redis, built once. Paths of OCI archives. */
export async function buildImages({ folder, home }: KubeCluster, model: string): Promise<readonly string[]> {
  const out = (name: string) => join(folder, `${name}.tar`);
  const all = ['services', 'model', 'redis'].map(out);
  if (await exists(out('redis'))) return all;
  const base = ['--base', join(home, 'node24.tar')];
  const redis = await redisProgram();
  await build(['services', '--out', out('services'), ...base]);
  await build(['model', model, '--out', out('model')]);
  await build(['program', redis.path, '--reference', 'localhost/redis:dev', '--out', out('redis'), ...base], redis.env);
  return all;
}

async function build(args: readonly string[], env = process.env): Promise<void> {
  await run(process.execPath, [imageMain, ...args], { maxBuffer: outputMax, env });
}

/** The server of this machine, or that of the distribution with its libraries beside it. */
async function redisProgram(): Promise<{ readonly path: string; readonly env: NodeJS.ProcessEnv }> {
  const server = await provideRedis();
  const unpacked = join(dirname(server), 'usr/bin/redis-server');
  if (await exists(unpacked)) {
    return { path: unpacked, env: { ...process.env, LD_LIBRARY_PATH: join(dirname(server), libraries) } };
  }
  const { stdout } = await run('sh', ['-c', `command -v "$0"`, server]);
  return { path: stdout.trim(), env: process.env };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
