import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { ServiceError } from '@instgenie/domain';
import { provideRedis } from './provide-redis.ts';

export interface LocalRedisOptions {
  /** Where it writes down what it is told, to have it after a restart. Without it nothing is kept on a disk. */
  readonly folder?: string;
}

/** A Redis server of one's own on loopback: for one machine, and for tests. */
export class LocalRedis implements AsyncDisposable {
  readonly port: number;
  readonly #options: LocalRedisOptions;
  #process: ChildProcess;

  private constructor(port: number, process: ChildProcess, options: LocalRedisOptions) {
    this.port = port;
    this.#options = options;
    this.#process = process;
  }

  /** Throws `unsupported` where there is no server to start, `unavailable` where it does not come up. */
  static async start(options: LocalRedisOptions = {}): Promise<LocalRedis> {
    const port = await freePort();
    return new LocalRedis(port, await launch(port, options), options);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#process.kill(name);
  }

  /** Ends at once, as in a crash. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  /** Comes back on the same port: empty, or with what its folder holds. */
  async restart(): Promise<void> {
    await this.kill();
    this.#process = await launch(this.port, this.#options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

async function launch(port: number, { folder }: LocalRedisOptions): Promise<ChildProcess> {
  const kept = folder === undefined ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--dir', folder];
  const settings = ['--port', port, '--bind', '127.0.0.1', '--save', '', ...kept].map(String);
  const server = spawn(await provideRedis(), settings, { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: server.stdout })) {
    if (!/ready to accept connections/i.test(line)) continue;
    server.stdout.resume();
    return server;
  }
  throw new ServiceError('unavailable', `redis: the server did not start on port ${port}`, { field: 'redis' });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
