import { type Clock } from '@instgenie/domain';
import type { ConnectOptions } from '@instgenie/rpc';
import type { ChunkName } from '../chunk-reader.ts';
import type { CheckedReader } from '../io/chunk-loader.ts';
import { PeerReader } from './peer-reader.ts';

/** Groups of peers that are remembered: each for variants that the same workers hold. */
const readersMax = 32;

/** A reader for each group of peers that hold something together; those not used for long are closed. */
export class PeerReaders {
  readonly #options: { readonly clock: Clock; readonly tls: ConnectOptions['tls'] };
  /** In the order of their last use. */
  readonly #readers = new Map<string, PeerReader>();

  constructor(options: { readonly clock: Clock; readonly tls: ConnectOptions['tls'] }) {
    this.#options = options;
  }

  of(addresses: readonly string[]): PeerReader {
    const group = addresses.join();
    const reader = this.#readers.get(group) ?? new PeerReader({ addresses, ...this.#options });
    this.#readers.delete(group);
    this.#readers.set(group, reader);
    for (const [oldest, unused] of this.#readers) {
      if (this.#readers.size <= readersMax) break;
      this.#readers.delete(oldest);
      void unused[Symbol.asyncDispose]();
    }
    return reader;
  }

  /** Reads one chunk, whose checksum is known from the peers' manifest. */
  checked(addresses: readonly string[], checksum: bigint): CheckedReader {
    return {
      read: async (name: ChunkName, into: Uint8Array, signal: AbortSignal) => {
        await this.of(addresses).read(name, into, signal);
        return checksum;
      },
    };
  }
}
