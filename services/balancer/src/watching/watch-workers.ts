import type { Clock } from '@instgenie/domain';
import {
  type ConnectOptions,
  connect,
  type RpcClient,
  type WatchLoadResponse__Output,
  type WorkerServiceDefinition,
  workerServiceDefinition,
} from '@instgenie/rpc';
import type { Source } from '../fleet/fleet.ts';
import type { Discovery } from './discovery.ts';
import { pause } from './pause.ts';

/** Who is told what workers say. */
export interface LoadListener {
  heard(load: WatchLoadResponse__Output, source: Source): void;
  /** A stream has ended. */
  lost(source: Source): void;
}

export interface WatchSettings {
  readonly clock: Clock;
  readonly connect?: ConnectOptions;
  /** From a stream's end to the next try: doubled with each one that brings nothing. */
  readonly retryMs: number;
  readonly retryMsMax: number;
}

export const usualWatch = { retryMs: 100, retryMsMax: 2000 } as const;

/** A stream is opened anew after this time: long enough to cost nothing, short enough to free what is forgotten. */
const streamMs = 86_400_000;

/** Keeps one stream of load messages from each worker that discovery names, until it is disposed of. */
export class WorkerWatch implements AsyncDisposable {
  readonly #listener: LoadListener;
  readonly #settings: WatchSettings;
  readonly #stop = new AbortController();
  readonly #watched = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();
  readonly #following: Promise<void>;
  #streams = 0;

  constructor(discovery: Discovery, listener: LoadListener, settings: WatchSettings) {
    this.#listener = listener;
    this.#settings = settings;
    this.#following = this.#follow(discovery);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
    await Promise.all([...this.#watched.keys()].map((address) => this.#forget(address)));
  }

  async #follow(discovery: Discovery): Promise<void> {
    for await (const addresses of discovery.addresses(this.#stop.signal)) {
      const wanted = new Set(addresses);
      for (const address of this.#watched.keys()) if (!wanted.has(address)) void this.#forget(address);
      for (const address of wanted) {
        if (this.#watched.has(address) || this.#stop.signal.aborted) continue;
        const stop = new AbortController();
        this.#watched.set(address, { stop, done: this.#watch(address, stop.signal) });
      }
    }
  }

  async #forget(address: string): Promise<void> {
    const watched = this.#watched.get(address);
    this.#watched.delete(address);
    watched?.stop.abort();
    await watched?.done;
  }

  async #watch(address: string, signal: AbortSignal): Promise<void> {
    await using client = connect(address, workerServiceDefinition(), this.#settings.connect);
    const { retryMs, retryMsMax } = this.#settings;
    let waitMs = retryMs;
    while (!signal.aborted) {
      const heard = await this.#listen(client, address, signal);
      waitMs = heard > 0 ? retryMs : Math.min(retryMsMax, 2 * waitMs);
      await pause(this.#settings.clock, waitMs, signal);
    }
  }

  /** One stream, to its end; how many messages came. */
  async #listen(client: RpcClient<WorkerServiceDefinition>, address: string, signal: AbortSignal): Promise<number> {
    const source = { address, stream: ++this.#streams };
    let count = 0;
    try {
      for await (const load of client.stream('WatchLoad', {}, { deadlineMs: streamMs, signal })) {
        this.#listener.heard(load, source);
        count++;
      }
    } catch {
      // Whatever it was: the worker cannot be asked now, and is asked again soon.
    }
    this.#listener.lost(source);
    return count;
  }
}
