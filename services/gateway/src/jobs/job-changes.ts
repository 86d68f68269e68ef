import type { Clock } from '@instgenie/domain';
import { changedChannel } from './job-line.ts';
import { PatientRedis } from './queue-connection.ts';

/** Hears which jobs have changed, in whichever gateway. It may miss some: whoever waits looks now and then anyway. */
export class JobChanges implements Disposable {
  readonly #connection: PatientRedis;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(url: string) {
    this.#connection = new PatientRedis(url);
    this.#connection.redis.on('message', (_channel, id) => {
      for (const tell of this.#waiting.get(id) ?? []) tell();
    });
    // Sent once there is a connection, and again after each new one.
    this.#connection.redis.subscribe(changedChannel).catch(() => undefined);
  }

  /** Resolves at the job's next change, after `waitMs` without one, and once the signal aborts. */
  async next(
    id: string,
    { clock, waitMs, signal }: { readonly clock: Clock; readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const tell = () => resolve();
    const takeBack = clock.after(waitMs, tell);
    signal.addEventListener('abort', tell, { once: true });
    const others = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, others.add(tell));
    await promise;
    takeBack();
    signal.removeEventListener('abort', tell);
    others.delete(tell);
    if (others.size === 0 && this.#waiting.get(id) === others) this.#waiting.delete(id);
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }
}
