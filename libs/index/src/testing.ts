import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type VariantKey, variantKey } from '@instgenie/domain';
import type { HeldRecord, WorkerIdentity } from './holder.ts';
import type { IndexSettings } from './index-settings.ts';
import { LocalRedis } from './local/local-redis.ts';
import { RedisIndex } from './redis-index.ts';

/** For tests: a machine may be busy, and nothing here is about how fast Redis is. */
const patient: Partial<IndexSettings> = { commandMs: 10_000, connectMs: 10_000 };

export const randomKey = (): VariantKey => variantKey(randomBytes(32).toString('hex'));

export const worker = (id: string, epoch = 'first'): WorkerIdentity => ({ id, epoch, address: `${id}:7000` });

export const record = (key: VariantKey, fields: Partial<HeldRecord> = {}): HeldRecord => ({
  key,
  generation: 'ab'.repeat(16),
  tier: 'disk',
  bytes: 4096,
  ...fields,
});

/** A server of the test's own, and an index on it. */
export async function openIndex(settings: Partial<IndexSettings> = {}) {
  const redis = await LocalRedis.start();
  const index = new RedisIndex(redis.url, { ...patient, ...settings });
  await index.ready(10_000);
  return {
    redis,
    index,
    async [Symbol.asyncDispose]() {
      index[Symbol.dispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** A TCP proxy that can keep what passes through it, and counts it. */
export class Proxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #kept: (() => void)[] = [];
  #isHolding = false;
  /** Pieces that came from clients. */
  requests = 0;

  private constructor(port: number) {
    this.#server = createServer((client) => this.#join(client, connect(port, '127.0.0.1')));
  }

  static async start(port: number): Promise<Proxy> {
    const proxy = new Proxy(port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Nothing passes from now on. */
  hold(): void {
    this.#isHolding = true;
  }

  /** What was kept passes, and everything from now on. */
  release(): void {
    this.#isHolding = false;
    for (const pass of this.#kept.splice(0)) pass();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, server: Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('data', (data) => {
        if (from === client) this.requests++;
        const pass = () => to.write(data);
        if (this.#isHolding) this.#kept.push(pass);
        else pass();
      });
    }
  }
}
