import {
  type ConnectOptions,
  connect,
  type RpcClient,
  type WorkerServiceDefinition,
  workerServiceDefinition,
} from '@instgenie/rpc';

type WorkerClient = RpcClient<WorkerServiceDefinition>;

/** Connections to workers by their addresses, opened when they are first needed. */
export class WorkerClients implements AsyncDisposable {
  readonly #options: ConnectOptions;
  readonly #clients = new Map<string, WorkerClient>();

  constructor(options: ConnectOptions) {
    this.#options = options;
  }

  of(address: string): WorkerClient {
    const known = this.#clients.get(address);
    if (known !== undefined) return known;
    const client = connect(address, workerServiceDefinition(), this.#options);
    this.#clients.set(address, client);
    return client;
  }

  /** Closes connections to workers that are gone; calls on them end first. */
  keep(addresses: ReadonlySet<string>): void {
    for (const [address, client] of this.#clients) {
      if (addresses.has(address)) continue;
      this.#clients.delete(address);
      void client[Symbol.asyncDispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.keep(new Set());
  }
}
