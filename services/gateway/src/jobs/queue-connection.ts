import { ServiceError } from '@instgenie/domain';
import { Redis, type RedisOptions } from 'ioredis';

/** No answer for so long with commands waiting: the connection is dead, even if nobody said so. */
const silentMs = 2000;
const connectMs = 500;
const reconnectMsMax = 1000;
const retryStrategy = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 10), reconnectMsMax);

/** Throws `invalid` for what is not the URL of a Redis server. */
export function checkRedisUrl(url: string): void {
  if (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return;
  throw new ServiceError('invalid', 'redis: expected redis://host:port or rediss://host:port', { field: 'redis' });
}

/** The connections of who waits, for work or for news: they keep trying for as long as they live. */
export class PatientRedis implements Disposable {
  readonly redis: Redis;
  readonly #all: Redis[] = [];
  #isOver = false;

  constructor(url: string) {
    this.redis = this.#open(url);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const redis of this.#all) redis.disconnect();
  }

  #open(url: string, options: Pick<RedisOptions, 'connectionName'> = {}): Redis {
    const patience = {
      maxRetriesPerRequest: null,
      connectTimeout: connectMs,
      keepAlive: 1000,
      retryStrategy: (attempt: number) => (this.#isOver ? null : retryStrategy(attempt)),
    };
    const { connectionName = '' } = options;
    const redis = listened(new Redis(url, connectionName === '' ? patience : { ...patience, connectionName }));
    this.#all.push(redis);
    const disconnect = redis.disconnect.bind(redis);
    return Object.assign(redis, {
      // BullMQ makes itself a second connection, to wait on.
      duplicate: (others?: RedisOptions) => this.#open(url, others),
      // Between two tries there is nothing to close, and nobody would hear that it has ended: one more try is the last.
      disconnect: (reconnect = false) => {
        const isBetween = redis.status === 'reconnecting' && !reconnect;
        disconnect(reconnect);
        if (!isBetween) return;
        redis.once('connect', () => disconnect());
        redis.connect().catch(() => undefined);
      },
    });
  }
}

/** The connection of callers: whatever cannot be answered at once fails at once. It reconnects by itself. */
export class CallerConnection implements Disposable {
  readonly redis: Redis;

  constructor(url: string) {
    this.redis = listened(
      new Redis(url, {
        maxRetriesPerRequest: 1,
        connectTimeout: connectMs,
        socketTimeout: silentMs,
        enableAutoPipelining: true,
        retryStrategy,
      }),
    );
  }

  /** Runs commands. Rejects with `unavailable` where there is no connection, or no answer in time. */
  async run<Result>(commands: (redis: Redis) => Promise<Result>, waitMs: number): Promise<Result> {
    // What waits for a connection would be sent later, when nobody wants it any more.
    if (this.redis.status !== 'ready') throw unavailable();
    const late = Promise.withResolvers<never>();
    late.promise.catch(() => undefined);
    // After a time in which nothing could run, an answer may be there already: it is read first.
    const timer = setTimeout(() => setImmediate(() => late.reject(unavailable())), waitMs);
    const work = commands(this.redis);
    work.catch(() => undefined);
    try {
      return await Promise.race([work, late.promise]);
    } catch (thrown) {
      throw thrown instanceof ServiceError ? thrown : unavailable(withoutArguments(thrown));
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    this.redis.disconnect();
  }
}

/** Whoever sends a command hears of failures; without a listener they would end the process. */
function listened(redis: Redis): Redis {
  return redis.on('error', () => undefined);
}

function unavailable(cause?: unknown): ServiceError {
  return new ServiceError('unavailable', 'jobs: the queue does not answer; try again', { cause });
}

/** Errors of commands carry their arguments: only what happened is kept. */
function withoutArguments(thrown: unknown): Error {
  return new Error(thrown instanceof Error ? thrown.message.slice(0, 200) : 'unknown');
}
