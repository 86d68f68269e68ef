import { randomBytes } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalRedis } from '@instgenie/index';
import { balancerSettings, type ClusterPlan, gatewaySettings, secretFile, workerSettings } from './cluster-settings.ts';
import { type ServiceName, ServiceProcess } from './service-process.ts';

export interface ClusterWatch {
  /** Tells a person what happens. */
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A whole deployment as processes of this machine. Whoever disposes of it stops all in order: who asks before who is asked. */
export class LocalCluster implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly pids: readonly number[];

  private constructor(stack: AsyncDisposableStack, pids: readonly number[]) {
    this.#stack = stack;
    this.pids = pids;
  }

  /** `plan` without Redis gets one of its own, kept in the folder. Throws where a part does not come up. */
  static async start(
    plan: Omit<ClusterPlan, 'redis'> & { readonly redis: string | undefined },
    { note, signal }: ClusterWatch,
  ): Promise<LocalCluster> {
    await using cleanup = new AsyncDisposableStack();
    for (const part of ['logs', 'secrets', 'redis', 'workers', 'blobs']) {
      await mkdir(join(plan.folder, part), { recursive: true, mode: 0o700 });
    }
    for (const name of ['tenants', 'webhooks'] as const) await makeSecret(secretFile(plan.folder, name));
    let redis = plan.redis;
    if (redis === undefined) {
      note('starting redis');
      redis = cleanup.use(await LocalRedis.start({ folder: join(plan.folder, 'redis') })).url;
    }
    const whole: ClusterPlan = { ...plan, redis };
    const start = async (service: ServiceName, name: string, settings: readonly string[]) => {
      const logFile = join(plan.folder, 'logs', `${name}.log`);
      return cleanup.use(await ServiceProcess.start({ name, service, settings, logFile, onNote: note }, signal));
    };
    note(`starting ${plan.workers} workers with ${plan.model.name}, a balancer and a gateway`);
    const balancer = await start('balancer', 'balancer-1', balancerSettings(whole));
    const workers = await Promise.all(
      plan.ports.workers.map((_, index) => start('worker', `worker-${index + 1}`, workerSettings(whole, index))),
    );
    const gateway = await start('gateway', 'gateway-1', gatewaySettings(whole));
    const pids = [balancer, ...workers, gateway].flatMap(({ pid }) => pid ?? []);
    return new LocalCluster(cleanup.move(), pids);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** A secret that is made once and stays. */
async function makeSecret(path: string): Promise<void> {
  if (
    await stat(path).then(
      () => true,
      () => false,
    )
  )
    return;
  await writeFile(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
}
