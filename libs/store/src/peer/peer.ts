import {
  type ChunkServiceDefinition,
  type ConnectOptions,
  chunkServiceDefinition,
  connect,
  type RpcClient,
} from '@instgenie/rpc';
import { asideMs, type PeerState } from './choose-peer.ts';
import { manifestBytesMax } from './chunk-manifest.ts';
import type { PeerSettings } from './peer-settings.ts';

/** One worker that chunks are read from: its only connection, and how it has done so far. */
export class Peer implements PeerState, AsyncDisposable {
  readonly client: RpcClient<ChunkServiceDefinition>;
  readonly #settings: PeerSettings;
  streams = 0;
  failures = 0;
  asideUntilMs = Number.NEGATIVE_INFINITY;

  constructor(address: string, options: { readonly settings: PeerSettings; readonly tls: ConnectOptions['tls'] }) {
    const tls = options.tls === undefined ? {} : { tls: options.tls };
    this.client = connect(address, chunkServiceDefinition(), { receiveBytesMax: manifestBytesMax, ...tls });
    this.#settings = options.settings;
  }

  failed(nowMs: number): void {
    this.failures++;
    this.asideUntilMs = nowMs + asideMs(this.failures, this.#settings);
  }

  succeeded(): void {
    this.failures = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
  }
}
