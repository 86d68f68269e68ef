import { ServiceError } from '@instgenie/domain';
import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { Redis } from 'ioredis';
import type { IndexSettings } from './index-settings.ts';

/** No answer for so long with commands waiting: the connection is dead, even if nobody said so. */
const silentMs = 2000;
const reconnectMsMax = 1000;

/**
 * A connection that fails at once where it cannot answer at once: no queue, one short wait for each command, and none
 * while a breaker is open. It reconnects by itself for as long as it lives.
 */
export class GuardedRedis implements Disposable {
  readonly #redis: Redis;
  readonly #breaker: ReturnType<typeof circuitBreaker>;

  constructor(url: string, { commandMs, connectMs, failuresMax, breakMs }: IndexSettings) {
    this.#redis = new Redis(url, {
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      commandTimeout: commandMs,
      connectTimeout: connectMs,
      socketTimeout: silentMs,
      enableAutoPipelining: true,
      retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), reconnectMsMax),
    });
    // Whoever sends a command hears of failures; without a listener they would end the process.
    this.#redis.on('error', () => undefined);
    this.#breaker = circuitBreaker(handleAll, {
      halfOpenAfter: breakMs,
      breaker: new ConsecutiveBreaker(failuresMax),
    });
  }

  /** Whether commands are sent: there is a connection, and the last ones were answered. */
  get isUp(): boolean {
    return this.#redis.status === 'ready' && this.#breaker.state !== CircuitState.Open;
  }

  /** Resolves once the server answers; rejects with `unavailable` after `timeoutMs`. */
  async ready(timeoutMs: number): Promise<void> {
    if (this.#redis.status === 'ready') return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = () => reject(new ServiceError('unavailable', `index: no answer from Redis in ${timeoutMs} ms`));
    const timer = setTimeout(late, timeoutMs);
    this.#redis.once('ready', resolve);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#redis.off('ready', resolve);
    }
  }

  /** Runs commands. Rejects with `unavailable`, whatever went wrong: callers go on without the index. */
  async run<Result>(commands: (redis: Redis) => Promise<Result>): Promise<Result> {
    try {
      return await this.#breaker.execute(() => commands(this.#redis));
    } catch (thrown) {
      const why = thrown instanceof BrokenCircuitError ? 'failed again and again; it is left alone' : 'does not answer';
      throw new ServiceError('unavailable', `index: Redis ${why}`, { cause: withoutArguments(thrown) });
    }
  }

  [Symbol.dispose](): void {
    this.#redis.disconnect();
  }
}

/** Errors of commands carry their arguments, which name tenants' variants: only what happened is kept. */
function withoutArguments(thrown: unknown): Error {
  return new Error(thrown instanceof Error ? thrown.message.slice(0, 200) : 'unknown');
}
