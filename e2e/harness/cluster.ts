import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DirectoryBlobs } from '@instgenie/blobs';
import { InstgenieClient } from '@instgenie/client';
import { ServiceError } from '@instgenie/domain';
import { LocalRedis } from '@instgenie/index';
import { TenantDirectory } from '@instgenie/tenants';
import { simulatedWorkerMain, temporaryFolder, tinyModel, workerMain } from '@instgenie/worker/testing';
import { PlainCalls } from './senders.ts';
import { type ProcessOptions, ServiceProcess } from './service-process.ts';

export interface ClusterOptions {
  readonly workers: number;
  readonly gateways?: number;
  readonly balancers?: number;
  /** `simulated` takes the time of a device; `tiny` is the real engine with a tiny model. */
  readonly kind?: 'simulated' | 'tiny';
  /** More settings of each, as `path=value`. */
  readonly workerSet?: readonly string[];
  /** Still more, of one of the workers. */
  readonly eachWorkerSet?: (index: number) => readonly string[];
  readonly gatewaySet?: readonly string[];
  readonly balancerSet?: readonly string[];
  /** Makes workers findable once they serve, and says by which `discovery`; without it balancers have a list. */
  readonly discovery?: (workers: readonly ServiceProcess[]) => Promise<object>;
  /** Without it there are no jobs. */
  readonly hasRedis?: boolean;
  /** Whoever calls shows a key of one of these tenants; without any, everybody is one tenant. */
  readonly tenants?: readonly string[];
}

const mainOf = (service: 'gateway' | 'balancer') =>
  fileURLToPath(new URL(`../../services/${service}/src/main.ts`, import.meta.url));
const readyMs = 60_000;
const readyEveryMs = 25;

interface ClusterFields {
  readonly workers: readonly ServiceProcess[];
  readonly balancers: readonly ServiceProcess[];
  readonly gateways: readonly ServiceProcess[];
  readonly redis: LocalRedis | undefined;
  readonly keys: ReadonlyMap<string, string>;
  readonly folder: string;
  readonly cleanup: AsyncDisposableStack;
}

/** A whole deployment as processes on free ports of this machine, gone when it is disposed of. */
export class Cluster implements AsyncDisposable {
  readonly workers: readonly ServiceProcess[];
  readonly balancers: readonly ServiceProcess[];
  readonly gateways: readonly ServiceProcess[];
  readonly #fields: ClusterFields;
  readonly #watchers = new Map<string, InstgenieClient>();

  private constructor(fields: ClusterFields) {
    this.workers = fields.workers;
    this.balancers = fields.balancers;
    this.gateways = fields.gateways;
    this.#fields = fields;
  }

  /** Resolves when a gateway knows all workers. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    await using cleanup = new AsyncDisposableStack();
    const folder = cleanup.use(await temporaryFolder());
    const start = async (processes: readonly ProcessOptions[]) =>
      await Promise.all(processes.map(async (each) => cleanup.use(await ServiceProcess.start(each))));
    const redis = options.hasRedis === true ? cleanup.use(await startRedis(join(folder.path, 'redis'))) : undefined;
    const blobs = join(folder.path, 'blobs');
    const keys = await makeKeys(blobs, options.tenants ?? []);
    const workers = await start(workerProcesses(options, { folder: folder.path, blobs, redis }));
    const balancers = await start(balancerProcesses(options, await discoverySetting(options, workers)));
    const gateways = await start(gatewayProcesses(options, { balancers, blobs, redis, isOpen: keys.size === 0 }));
    const cluster = new Cluster({
      workers,
      balancers,
      gateways,
      redis,
      keys,
      folder: folder.path,
      cleanup: cleanup.move(),
    });
    try {
      await cluster.ready();
    } catch (thrown) {
      await cluster[Symbol.asyncDispose]();
      throw thrown;
    }
    return cluster;
  }

  get redis(): LocalRedis {
    assert(this.#fields.redis !== undefined, 'this cluster has no Redis');
    return this.#fields.redis;
  }

  /** Where everything lies: blobs, and a folder for each worker with the real engine. */
  get folder(): string {
    return this.#fields.folder;
  }

  /** The key of a tenant, or of the first one; undefined where there are none. */
  apiKey(tenant?: string): string | undefined {
    return tenant === undefined ? [...this.#fields.keys.values()][0] : this.#fields.keys.get(tenant);
  }

  /** A client of all gateways, or of some; of a tenant, where there are any. It is gone with the cluster. */
  client({ tenant, gateways = this.gateways }: { tenant?: string; gateways?: readonly ServiceProcess[] } = {}) {
    const addresses = gateways.map(({ address }) => address);
    return this.#fields.cleanup.use(new InstgenieClient({ addresses, apiKey: this.apiKey(tenant) }));
  }

  /** Calls of the first gateway that nobody repeats; to be disposed of. */
  plainCalls({ tenant }: { tenant?: string } = {}): PlainCalls {
    const [gateway] = this.gateways;
    assert(gateway !== undefined, 'this cluster has no gateway');
    return new PlainCalls(gateway, this.apiKey(tenant));
  }

  /** A process by its name. */
  process(name: string): ServiceProcess {
    const found = [...this.workers, ...this.balancers, ...this.gateways].find((each) => each.name === name);
    assert(found !== undefined, `there is no ${name}`);
    return found;
  }

  /** Resolves when every gateway knows that so many workers serve. */
  async ready(workers = this.workers.length): Promise<void> {
    const ends = performance.now() + readyMs;
    for (const gateway of this.gateways) {
      const client = this.#watcher(gateway);
      while (!(await hasWorkers(client, workers))) {
        assert(performance.now() < ends, `${gateway.name} does not see ${workers} workers:\n${this.#lastWords()}`);
        await pause(readyEveryMs);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fields.cleanup.disposeAsync();
  }

  /** One for each gateway, however often it is asked. */
  #watcher(gateway: ServiceProcess): InstgenieClient {
    const known = this.#watchers.get(gateway.name) ?? this.client({ gateways: [gateway] });
    this.#watchers.set(gateway.name, known);
    return known;
  }

  #lastWords(): string {
    const all = [...this.gateways, ...this.balancers, ...this.workers];
    return all.flatMap(({ name, log }) => log.slice(-3).map((line) => `${name}: ${line}`)).join('\n');
  }
}

async function hasWorkers(client: InstgenieClient, wanted: number): Promise<boolean> {
  try {
    const models = await client.models({ deadlineMs: 2000 });
    const workers = models.reduce((sum, model) => sum + model.workers, 0);
    return models.length > 0 && workers >= wanted && models.every(({ side }) => side > 0);
  } catch (thrown) {
    if (thrown instanceof ServiceError && ['unavailable', 'deadline'].includes(thrown.code)) return false;
    throw thrown;
  }
}

/** One that keeps what it is told through crashes. */
async function startRedis(folder: string): Promise<LocalRedis> {
  await mkdir(folder);
  return await LocalRedis.start({ folder });
}

async function makeKeys(blobs: string, tenants: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const directory = new TenantDirectory(new DirectoryBlobs(blobs), Date.now);
  const keys = new Map<string, string>();
  for (const tenant of tenants) {
    await directory.create(tenant, {});
    const key = { name: 'e2e', scopes: ['edit', 'template', 'job'], expiresAtMs: undefined } as const;
    keys.set(tenant, (await directory.createKey(tenant, key)).text);
  }
  return keys;
}

interface WorkerPlaces {
  readonly folder: string;
  readonly blobs: string;
  readonly redis: LocalRedis | undefined;
}

function workerProcesses(
  { workers, kind = 'simulated', workerSet = [], eachWorkerSet = () => [] }: ClusterOptions,
  { folder, blobs, redis }: WorkerPlaces,
): readonly ProcessOptions[] {
  return Array.from({ length: workers }, (_, index) => {
    const name = `worker-${index + 1}`;
    const common = [`id=${name}`, `blobs=${blobs}`];
    if (kind === 'simulated')
      return { name, main: simulatedWorkerMain, set: [...common, ...workerSet, ...eachWorkerSet(index)] };
    const tiny = [
      `models=[{ name: tiny, folder: ${tinyModel}, threads: 1 }]`,
      `modelCache=${join(folder, 'models')}`,
      `store.folder=${join(folder, name)}`,
      // A busy machine must not make a read late.
      'store.readDeadlineMs=30000',
      'memory.activations=64Mi',
      'traces.stepShare=0',
      ...(redis === undefined ? [] : [`redis=${redis.url}`]),
    ];
    return { name, main: workerMain, set: [...common, ...tiny, ...workerSet, ...eachWorkerSet(index)] };
  });
}

async function discoverySetting({ discovery }: ClusterOptions, workers: readonly ServiceProcess[]): Promise<string> {
  if (discovery !== undefined) return `discovery=${JSON.stringify(await discovery(workers))}`;
  return `workers=[${workers.map(({ address }) => address).join(', ')}]`;
}

function balancerProcesses(
  { balancers = 1, balancerSet = [] }: ClusterOptions,
  discovery: string,
): readonly ProcessOptions[] {
  return Array.from({ length: balancers }, (_, index) => {
    const name = `balancer-${index + 1}`;
    return { name, main: mainOf('balancer'), set: [`id=${name}`, discovery, ...balancerSet] };
  });
}

function gatewayProcesses(
  { gateways = 1, gatewaySet = [] }: ClusterOptions,
  of: {
    readonly balancers: readonly ServiceProcess[];
    readonly blobs: string;
    readonly redis: LocalRedis | undefined;
    readonly isOpen: boolean;
  },
): readonly ProcessOptions[] {
  const addresses = of.balancers.map(({ address }) => address).join(', ');
  return Array.from({ length: gateways }, (_, index) => {
    const name = `gateway-${index + 1}`;
    const set = [
      `id=${name}`,
      'http=127.0.0.1:0',
      `balancers=[${addresses}]`,
      `blobs=${of.blobs}`,
      `auth.mode=${of.isOpen ? 'none' : 'required'}`,
      ...(of.redis === undefined ? [] : [`redis=${of.redis.url}`]),
      ...gatewaySet,
    ];
    return { name, main: mainOf('gateway'), set };
  });
}
