import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InstgenieClient } from '@instgenie/client';
import type { KubeCluster } from './kube-cluster.ts';

const ns = 'instgenie';
const root = fileURLToPath(new URL('../../', import.meta.url));
const chart = join(root, 'charts/instgenie');
const preset = join(chart, 'ci/cpu-dev-values.yaml');

/** The model that the chart's preset serves. */
export const model = join(root, 'deploy/models/portrait-fill');
/** Where the first node's ports of the gateways lead out of it. */
export const addresses = { grpc: '127.0.0.1:18080', http: 'http://127.0.0.1:18081' };

/** Two of everything, as the images here are called, and a Redis of the release's own. */
const values = {
  image: { registry: 'localhost', repository: 'instgenie', tag: 'dev' },
  redis: {
    mode: 'internal',
    internal: {
      image: { registry: 'localhost', repository: 'redis', tag: 'dev' },
      command: ['redis-server'],
      persistence: { enabled: true, size: '256Mi' },
    },
  },
  gateway: {
    replicas: 2,
    service: { type: 'NodePort', ports: { grpc: { nodePort: 30_080 }, http: { nodePort: 30_081 } } },
  },
  balancer: { replicas: 2 },
};

const services = [
  'deployment/ig-instgenie-gateway',
  'deployment/ig-instgenie-balancer',
  'statefulset/ig-instgenie-worker-default',
  'statefulset/ig-instgenie-redis',
];

/** The chart on real nodes, as a release of its own; with its namespace it is gone when it is disposed of. */
export class Release implements AsyncDisposable {
  readonly #cluster: KubeCluster;
  readonly #files: readonly string[];

  private constructor(cluster: KubeCluster, files: readonly string[]) {
    this.#cluster = cluster;
    this.#files = files.flatMap((file) => ['-f', file]);
  }

  /** Resolves when all its pods are ready. `more` are further values of the chart. */
  static async install(cluster: KubeCluster, more: object = {}): Promise<Release> {
    const files = [values, more].map((each, index) => ({ each, path: join(cluster.folder, `values-${index}.json`) }));
    for (const { each, path } of files) await writeFile(path, JSON.stringify(each));
    const volumes = await Promise.all([volume(cluster, 'blobs', '10Gi'), volume(cluster, 'redis', '256Mi')]);
    await cluster.apply(...volumes, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: ns, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    const release = new Release(cluster, [preset, ...files.map(({ path }) => path)]);
    await release.#helm('install');
    return release;
  }

  /** Other settings, as `path=value`. Resolves when all pods have them. */
  async upgrade(...changed: readonly string[]): Promise<void> {
    await this.#helm('upgrade', ...changed.flatMap((value) => ['--set', value]));
  }

  async test(): Promise<void> {
    await this.#cluster.helm('test', 'ig', '-n', ns);
  }

  /** `kubectl` in the release's namespace; its output. */
  async kubectl(...args: readonly string[]): Promise<string> {
    return await this.#cluster.kubectl('-n', ns, ...args);
  }

  /** Resolves when every service has as many ready pods as it should have. */
  async settled(): Promise<void> {
    for (const service of services) await this.kubectl('rollout', 'status', service, '--timeout=180s');
  }

  async restart(): Promise<void> {
    for (const service of services) await this.kubectl('rollout', 'restart', service);
    await this.settled();
  }

  /** Names of pods, as `pod/NAME`; `selector` is one of fields, as `spec.nodeName=first`. */
  async runningPods(selector?: string): Promise<readonly string[]> {
    const fields = ['status.phase=Running', ...(selector === undefined ? [] : [selector])].join(',');
    const text = await this.kubectl('get', 'pods', `--field-selector=${fields}`, '-o', 'name');
    return text.split('\n').filter((name) => name !== '' && !name.includes('test'));
  }

  /** Asks a pod to go, as the drain of a node does; disruption budgets have a say. */
  async evict(pod: string): Promise<void> {
    const name = pod.replace('pod/', '');
    const file = join(this.#cluster.folder, 'eviction.json');
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: ns } };
    await writeFile(file, JSON.stringify(eviction));
    await this.#cluster.kubectl('create', '--raw', `/api/v1/namespaces/${ns}/pods/${name}/eviction`, '-f', file);
  }

  client(): InstgenieClient {
    return new InstgenieClient({ addresses: [addresses.grpc] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cluster.helm('uninstall', 'ig', '-n', ns, '--wait', '--timeout', '2m');
    await this.#cluster.kubectl('delete', 'namespace', ns, '--timeout=120s');
    await this.#cluster.kubectl('delete', 'persistentvolumes', '--all', '--timeout=60s');
    await rm(join(this.#cluster.state, 'volumes'), { recursive: true });
  }

  async #helm(command: 'install' | 'upgrade', ...more: readonly string[]): Promise<void> {
    const wait = ['--wait', '--timeout', '5m'];
    await this.#cluster.helm(command, 'ig', chart, '-n', ns, ...this.#files, ...more, ...wait);
  }
}

/** A folder of this machine: all nodes see it. */
async function volume(cluster: KubeCluster, name: string, storage: string): Promise<object> {
  const path = join(cluster.state, 'volumes', name);
  await mkdir(path, { recursive: true });
  await chmod(path, 0o777);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], hostPath: { path, type: 'Directory' } },
  };
}
