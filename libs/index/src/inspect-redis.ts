import { ServiceError } from '@instgenie/domain';
import { Redis } from 'ioredis';

/** What a server says of itself. */
export interface RedisFacts {
  readonly version: string;
  /** What a command takes, ms. */
  readonly pingMs: number;
  /** Its clock, ms of the epoch. */
  readonly timeMs: number;
  /** What it does when its memory is full, such as `noeviction`. */
  readonly fullPolicy: string;
  /** 0: no bound. */
  readonly memoryBytesMax: number;
  readonly memoryBytes: number;
  /** Whether it keeps what it was told through a crash. */
  readonly isAppendOnly: boolean;
  /** `master`, or `slave` for one that takes no writes. */
  readonly role: string;
}

/** Asks a server about itself. Throws `unavailable` where it does not answer in time, or refuses. */
export async function inspectRedis(url: string, { timeoutMs }: { readonly timeoutMs: number }): Promise<RedisFacts> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const began = performance.now();
    await redis.ping();
    const pingMs = performance.now() - began;
    const [seconds, micros] = await redis.time();
    const said = parseInfo(await redis.info());
    return {
      version: said.get('redis_version') ?? 'unknown',
      pingMs,
      timeMs: Number(seconds) * 1000 + Number(micros) / 1000,
      fullPolicy: said.get('maxmemory_policy') ?? 'unknown',
      memoryBytesMax: Number(said.get('maxmemory') ?? 0),
      memoryBytes: Number(said.get('used_memory') ?? 0),
      isAppendOnly: said.get('aof_enabled') === '1',
      role: said.get('role') ?? 'unknown',
    };
  } catch (cause) {
    throw new ServiceError('unavailable', 'redis: it does not answer, or refuses', { field: 'redis', cause });
  } finally {
    redis.disconnect();
  }
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(/\r?\n/).map((line) => line.split(':', 2));
  return new Map(pairs.flatMap(([name, value]) => (name !== undefined && value !== undefined ? [[name, value]] : [])));
}
