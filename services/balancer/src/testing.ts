import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@instgenie/domain';
import { type balancer, balancerServiceDefinition, connect, type RpcClient } from '@instgenie/rpc';
import { openLog, openMetrics } from '@instgenie/telemetry';
import type { z } from 'zod';
import { balancerConfig } from './config.ts';
import type { Discovery } from './watching/discovery.ts';
import { openDiscovery } from './watching/open-discovery.ts';

/** What a balancer is started from. */
export const balancerMain = fileURLToPath(new URL('./main.ts', import.meta.url));
/** How long a test waits for what should come at once. */
const patienceMs = 120_000;

/** For tests: how a balancer with this setting finds workers, without one. */
export async function openTestDiscovery(discovery: z.input<typeof balancerConfig>['discovery']): Promise<Discovery> {
  const config = balancerConfig.parse({ discovery });
  const log = openLog({ service: 'discovery', instance: 'test', level: 'silent' });
  const opened = await openDiscovery(config, { clock: systemClock, log, registry: openMetrics() });
  return opened.discovery;
}

/** For tests: a balancer as a process of its own. */
export class BalancerProcess implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly port: number;
  readonly ops: number;
  readonly client: RpcClient<balancer.BalancerServiceDefinition>;
  /** Lines of its log so far. */
  readonly log: readonly string[];

  private constructor(process: ChildProcess, fields: Pick<BalancerProcess, 'port' | 'ops' | 'log'>) {
    this.process = process;
    this.port = fields.port;
    this.ops = fields.ops;
    this.log = fields.log;
    this.client = connect(`127.0.0.1:${fields.port}`, balancerServiceDefinition());
  }

  /** Starts one for workers that serve at these addresses; with none of them, `set` says how they are found. */
  static async start(
    workers: readonly string[],
    { id = 'b1', set = [] }: { readonly id?: string; readonly set?: readonly string[] } = {},
  ): Promise<BalancerProcess> {
    const settings = [
      `id=${id}`,
      'listen=127.0.0.1:0',
      'ops=127.0.0.1:0',
      ...(workers.length === 0 ? [] : [`workers=${JSON.stringify(workers)}`]),
      ...set,
    ];
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', balancerMain, ...settings.flatMap((setting) => ['--set', setting])],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const log: string[] = [];
    const ready = Promise.withResolvers<{ readonly port: number; readonly ops: number }>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.push(line);
      const { msg, port, ops } = JSON.parse(line) as {
        readonly msg: string;
        readonly port: number;
        readonly ops: number;
      };
      if (msg === 'serving') ready.resolve({ port, ops });
    });
    child.once('exit', (code) => ready.reject(new Error(`the balancer ended with ${code}: ${log.join('\n')}`)));
    return new BalancerProcess(child, { ...(await ready.promise), log });
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The fleet, as soon as it is as wanted. */
  async fleetWhere(isWanted: (fleet: balancer.WatchFleetResponse__Output) => boolean) {
    const signal = new AbortController().signal;
    for await (const fleet of this.client.stream('WatchFleet', {}, { deadlineMs: patienceMs, signal })) {
      if (isWanted(fleet)) return fleet;
    }
    throw new Error('the balancer says no more');
  }

  async metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.ops}/metrics`)).text();
  }

  /** Ends it by a signal; its exit code. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const gone = once(this.process, 'exit');
    this.process.kill(signal);
    await gone;
    return this.process.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.end('SIGKILL');
  }
}
