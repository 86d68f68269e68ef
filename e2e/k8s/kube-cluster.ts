import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { waitUntil } from './wait-until.ts';

/** What a cluster is: an API without nodes, with nodes that only say that pods run, or with one that runs them. */
export type Level = 'control-plane' | 'kwok' | 'node';

export interface KubeOptions {
  readonly level: Level;
  /** kwok: how many nodes there are; node: ports of this machine that lead into it. */
  readonly args?: readonly string[];
  /** Such as `HPAScaleToZero=true`. */
  readonly featureGates?: string;
}

const scripts = fileURLToPath(new URL('./cluster/', import.meta.url));
/** What scripts call the first real node. */
const firstNode = 'instgenie';
const outputMax = 64 * 1024 ** 2;
const run = promisify(execFile);

/** What each level is built from. */
export const partsOf: Readonly<Record<Level, readonly string[]>> = {
  'control-plane': ['control-plane'],
  kwok: ['control-plane', 'kwok'],
  node: ['control-plane', 'helm', 'node', 'base'],
};

/** Builds what is missing for a level; says on standard error what it does. */
export async function buildCluster(level: Level): Promise<void> {
  await script('build.sh', partsOf[level], process.env);
}

/** Binaries that a level needs and that are not built; building them takes minutes. */
export async function missingBinaries(level: Level): Promise<readonly string[]> {
  const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'];
  if (level === 'kwok') names.push('kwok');
  if (level === 'node') names.push('kubelet', 'kube-proxy', 'coredns', 'containerd', 'ctr', 'forward', 'helm');
  const bin = await binFolder();
  const missing: string[] = [];
  for (const name of names) await access(join(bin, name)).catch(() => missing.push(name));
  return missing;
}

/** A Kubernetes of our own on this machine, gone when it is disposed of. */
export class KubeCluster implements AsyncDisposable {
  readonly level: Level;
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #bin: string;
  readonly #nodes = new Set([firstNode]);

  private constructor(level: Level, { folder, env, bin }: { folder: string; env: NodeJS.ProcessEnv; bin: string }) {
    this.level = level;
    this.folder = folder;
    this.#env = env;
    this.#bin = bin;
  }

  /** Resolves when it is ready. What it needs is built before. */
  static async start({ level, args = [], featureGates = '' }: KubeOptions): Promise<KubeCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'instgenie-kubernetes-'));
    const env = { ...process.env, KUBE_STATE: join(folder, 'state'), FEATURE_GATES: featureGates };
    const cluster = new KubeCluster(level, { folder, env, bin: await binFolder() });
    try {
      await script('start.sh', [level, ...args], env);
    } catch (thrown) {
      await cluster[Symbol.asyncDispose]();
      throw thrown;
    }
    return cluster;
  }

  get state(): string {
    return join(this.folder, 'state');
  }

  /** Where its programs and the base of images are. */
  get home(): string {
    return dirname(this.#bin);
  }

  get kubeconfig(): string {
    return join(this.state, 'kubeconfig');
  }

  /** Its output. */
  async kubectl(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(join(this.#bin, 'kubectl'), ['--kubeconfig', this.kubeconfig, ...args], {
      maxBuffer: outputMax,
    });
    return stdout;
  }

  /** Its output. */
  async helm(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, KUBECONFIG: this.kubeconfig };
    const { stdout } = await run(join(this.#bin, 'helm'), args, { maxBuffer: outputMax, env });
    return stdout;
  }

  /** Brings images, as files, to all real nodes that are there. */
  async loadImages(files: readonly string[]): Promise<void> {
    for (const node of this.#nodes) await script('load-image.sh', [node, ...files], this.#env);
  }

  /** Adds a real node, with images; resolves when it is ready. */
  async addNode(name: string, images: readonly string[]): Promise<void> {
    await script('add-node.sh', [name], this.#env);
    await script('load-image.sh', [name, ...images], this.#env);
    this.#nodes.add(name);
  }

  /** As when a machine's power fails: everything on it ends at once, and what is sent to it is lost. */
  async loseNode(name: string): Promise<void> {
    await script('lose-node.sh', [name], this.#env);
    this.#nodes.delete(name);
  }

  /** Makes objects what they are here. */
  async apply(...objects: readonly object[]): Promise<void> {
    const file = join(this.folder, 'objects.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await this.kubectl('apply', '--server-side', '-f', file);
  }

  async applyManifest(name: string, values: Readonly<Record<string, string | number>>): Promise<void> {
    const text = await readFile(join(scripts, 'manifests', name), 'utf8');
    const file = join(this.folder, name);
    await writeFile(
      file,
      text.replaceAll(/__([a-z_]+?)__/g, (_, value: string) => `${values[value]}`),
    );
    await this.kubectl('apply', '-f', file);
  }

  /** What a watch of the API says, line by line, until the signal aborts or the API ends it. */
  async *watch(path: string, signal: AbortSignal): AsyncGenerator<unknown, void, undefined> {
    const read = (name: string) => readFile(join(this.state, 'pki', name));
    const [ca, cert, key] = await Promise.all([read('ca.crt'), read('admin.crt'), read('admin.key')]);
    const { server } = await this.#cluster();
    const response = Promise.withResolvers<IncomingMessage>();
    get(`${server}${path}`, { ca, cert, key, signal, agent: false }, response.resolve).on('error', response.reject);
    let rest = '';
    for await (const text of (await response.promise).setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as unknown;
    }
  }

  /** As the machine that it ran on had died. */
  async killApiServer(): Promise<void> {
    process.kill(await this.#pid('kube-apiserver'), 'SIGKILL');
  }

  /** Comes back with the same data; resolves when it is ready. */
  async startApiServer(): Promise<void> {
    const command = await readFile(join(this.state, 'config', 'kube-apiserver.command'), 'utf8');
    const child = spawn('bash', ['-c', `exec ${command} >>"$0" 2>&1`, join(this.state, 'log', 'kube-apiserver.log')], {
      detached: true,
      stdio: 'ignore',
    });
    child.unref();
    await writeFile(join(this.state, 'run', 'kube-apiserver.pid'), `${child.pid}`);
    const isReady = async () => (await this.kubectl('get', '--raw', '/readyz').catch(() => '')) !== '';
    await waitUntil('the API server is ready', isReady, { seconds: 120, everyMs: 100 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await script('stop.sh', [], this.#env);
    await rm(this.folder, { recursive: true, force: true });
  }

  async #cluster(): Promise<{ readonly server: string }> {
    const text = await this.kubectl('config', 'view', '--minify', '-o', 'json');
    const { clusters } = JSON.parse(text) as {
      readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
    };
    return clusters[0]?.cluster ?? assert.fail('the kubeconfig names no cluster');
  }

  async #pid(name: string): Promise<number> {
    return Number(await readFile(join(this.state, 'run', `${name}.pid`), 'utf8'));
  }
}

async function binFolder(): Promise<string> {
  const { stdout } = await run('bash', ['-c', '. "$0" && echo "$bin"', join(scripts, 'settings.sh')]);
  return stdout.trim();
}

/** Its output is for who watches. */
async function script(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(join(scripts, name), args, { env, stdio: ['ignore', 2, 2] });
  const ended = Promise.withResolvers<number | null>();
  child.on('error', ended.reject).on('exit', ended.resolve);
  const code = await ended.promise;
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}`);
}
