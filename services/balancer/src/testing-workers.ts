import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '@instgenie/domain';
import {
  implement,
  type RpcServer,
  serve,
  serverStreaming,
  unary,
  type WatchLoadResponse__Output,
  workerServiceDefinition,
} from '@instgenie/rpc';

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, wake: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, wake };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass; whoever waits for it is woken in order. */
  pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
    this.#nowMs = untilMs;
  }
}

/** Lets other work go on until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  const began = performance.now();
  while (!isSo()) {
    assert(performance.now() - began < 30_000, 'what should come at once does not');
    await turn();
  }
}

/** A worker that says what a test wants and runs nothing, on a server of its own. */
export class FakeWorker implements AsyncDisposable {
  readonly #server: RpcServer;
  readonly #latest: { said: WatchLoadResponse__Output };
  readonly #streams = new Set<{ news: PromiseWithResolvers<void>; isOver: boolean }>();

  private constructor(server: RpcServer, said: WatchLoadResponse__Output) {
    this.#server = server;
    this.#latest = { said };
  }

  /** At a free port, or at one that was its before. */
  static async start(said: WatchLoadResponse__Output, port = 0): Promise<FakeWorker> {
    let fake: FakeWorker | undefined;
    const service = implement(workerServiceDefinition(), {
      Edit: serverStreaming(async function* () {}),
      Prime: serverStreaming(async function* () {}),
      Cancel: unary(async () => ({})),
      Drain: unary(async () => ({})),
      Cordon: unary(async () => ({})),
      WatchLoad: serverStreaming((_, { signal }) => (fake ?? assert.fail()).#watch(signal)),
    });
    const limits = { drainMs: 0 };
    const server = await serve(`127.0.0.1:${port}`, { services: [service], limits }, new AbortController().signal);
    fake = new FakeWorker(server, said);
    return fake;
  }

  get port(): number {
    return this.#server.port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** To everybody who watches. */
  say(said: WatchLoadResponse__Output): void {
    this.#latest.said = said;
    for (const stream of this.#streams) stream.news.resolve();
  }

  async *#watch(signal: AbortSignal): AsyncGenerator<WatchLoadResponse__Output, void> {
    const stream = { news: Promise.withResolvers<void>(), isOver: false };
    this.#streams.add(stream);
    signal.addEventListener('abort', () => stream.news.resolve(), { once: true });
    try {
      while (!signal.aborted && !stream.isOver) {
        stream.news = Promise.withResolvers();
        yield this.#latest.said;
        await stream.news.promise;
      }
    } finally {
      this.#streams.delete(stream);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stream of this.#streams) {
      stream.isOver = true;
      stream.news.resolve();
    }
    await this.#server[Symbol.asyncDispose]();
  }
}
