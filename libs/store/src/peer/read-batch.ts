import { ServiceError } from '@instgenie/domain';
import type { ReadChunksRequest, ReadChunksResponse__Output } from '@instgenie/rpc';
import { pieceBytesMax } from './chunk-service.ts';
import type { PeerSettings } from './peer-settings.ts';
import type { PendingRead } from './pending-read.ts';

/**
 * Reads of one variant that go through one stream, one after the other, and through another peer's stream from where the
 * last one broke. Invariant: the reads before `at` are settled, those from there on are whole or missing.
 */
export class ReadBatch<Peer> {
  readonly #reads: readonly PendingRead[];
  /** Peers that have failed to bring it. */
  readonly tried = new Set<Peer>();
  readonly abandoned = new AbortController();
  /** What the last peer failed with. */
  lastError: ServiceError | undefined;
  #at = 0;
  #filledBytes = 0;

  constructor(reads: readonly PendingRead[]) {
    this.#reads = reads;
  }

  get isDone(): boolean {
    return this.#at === this.#reads.length;
  }

  /** What to ask a peer for. What an earlier peer brought of a chunk that broke off is asked for again. */
  begin(): ReadChunksRequest {
    this.#filledBytes = 0;
    const [first] = this.#reads;
    const chunks = this.#reads.map(({ name: { step, chunk } }) => ({ step, chunk }));
    return { key: first?.name.key ?? '', generation: first?.name.generation ?? '', chunks, resumeAt: this.#at };
  }

  /** Takes the next piece. Throws `invalid` for any other than that: the peer is not to be believed then. */
  take({ position, offset, data }: ReadChunksResponse__Output): void {
    const read = this.#reads[this.#at];
    const isNext =
      position?.step === read?.name.step && position?.chunk === read?.name.chunk && offset === this.#filledBytes;
    if (read === undefined || !isNext) throw new ServiceError('invalid', 'a peer sent what was not asked for');
    if (data.length === 0 || data.length > Math.min(pieceBytesMax, read.bytes - offset)) {
      throw new ServiceError('invalid', 'a peer sent a chunk of another length');
    }
    read.write(data, offset);
    this.#filledBytes += data.length;
    if (this.#filledBytes < read.bytes) return;
    if (read.isOpen) read.complete();
    this.#at++;
    this.#filledBytes = 0;
  }

  /** A peer has failed: it is not asked again for this. */
  leave(peer: Peer, error: ServiceError): void {
    this.tried.add(peer);
    this.lastError = error;
  }

  /** Abandons the batch when nobody waits for anything in it any more. */
  noticeCancel(): void {
    if (this.#reads.every(({ isOpen }) => !isOpen)) this.abandoned.abort();
  }

  fail(reason: ServiceError): void {
    for (const read of this.#reads) {
      if (read.isOpen) read.fail(reason);
    }
    this.abandoned.abort();
  }
}

/** How many reads at the front of a line go well through one stream: of one variant, in order, and not too much. */
export function batchLength(
  waiting: readonly PendingRead[],
  { batchChunksMax, batchBytesMax }: Pick<PeerSettings, 'batchChunksMax' | 'batchBytesMax'>,
): number {
  let bytes = 0;
  const [first] = waiting;
  const end = waiting.findIndex((read, at) => {
    bytes += read.bytes;
    const isSame = read.name.key === first?.name.key && read.name.generation === first.name.generation;
    return !isSame || at === batchChunksMax || (bytes > batchBytesMax && at > 0);
  });
  return end === -1 ? waiting.length : end;
}
