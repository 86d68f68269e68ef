import { type Clock, EitherSignal, ServiceError, type VariantKey } from '@instgenie/domain';
import type { ConnectOptions } from '@instgenie/rpc';
import type { ChunkName, ChunkReader } from '../chunk-reader.ts';
import { choosePeer } from './choose-peer.ts';
import { type ChunkManifest, decodeManifest } from './chunk-manifest.ts';
import { Peer } from './peer.ts';
import { type PeerSettings, peerSettings } from './peer-settings.ts';
import { PendingRead } from './pending-read.ts';
import { batchLength, ReadBatch } from './read-batch.ts';
import { type StreamOutcome, streamBatch } from './stream-batch.ts';

export interface PeerReaderOptions {
  /** `host:port` of each peer, the preferred ones first. */
  readonly addresses: readonly string[];
  readonly tls?: ConnectOptions['tls'];
  readonly settings?: Partial<PeerSettings>;
  readonly clock: Clock;
}

/**
 * Reads chunks from other workers. Reads that come together, or wait, go through one stream; when its peer dies, another
 * one goes on. Invariant: a read is in exactly one of line, batch and settled.
 */
export class PeerReader implements ChunkReader {
  readonly #settings: PeerSettings;
  readonly #clock: Clock;
  readonly #peers: readonly Peer[];
  readonly #line: PendingRead[] = [];
  /** Broken off, waiting for another peer. */
  readonly #broken = new Set<ReadBatch<Peer>>();
  readonly #running = new Map<ReadBatch<Peer>, Promise<void>>();
  readonly #closed = new AbortController();
  #isPumpDue = false;

  constructor({ addresses, tls, settings, clock }: PeerReaderOptions) {
    this.#settings = { ...peerSettings, ...settings };
    this.#clock = clock;
    this.#peers = addresses.map((address) => new Peer(address, { settings: this.#settings, tls }));
  }

  /** Rejects with `not-found` where no peer has it, else with what the last peer failed with. */
  async read(chunk: ChunkName, into: Uint8Array, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#closed.signal.aborted) throw new ServiceError('cancelled', 'cancelled');
    if (this.#line.length >= this.#settings.readsWaitingMax) {
      throw new ServiceError('overloaded', `${this.#settings.readsWaitingMax} reads wait for peers already`);
    }
    const read = new PendingRead(chunk, into);
    const cancel = () => this.#cancel(read);
    this.#line.push(read);
    this.#pumpSoon();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await read.done;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** What the first peer that holds a variant says of it, checked in every part; undefined where nobody says anything. */
  async fetchManifest(key: VariantKey, signal: AbortSignal): Promise<ChunkManifest | undefined> {
    using both = new EitherSignal(signal, this.#closed.signal);
    const either = both.signal;
    for (const peer of this.#peers) {
      if (either.aborted) throw new ServiceError('cancelled', 'cancelled');
      if (peer.asideUntilMs > this.#clock.now()) continue;
      try {
        const options = { deadlineMs: this.#settings.manifestDeadlineMs, signal: either };
        const { variant } = await peer.client.unary('GetVariant', { key }, options);
        const manifest = decodeManifest(variant, key);
        peer.succeeded();
        return manifest;
      } catch (thrown) {
        if (either.aborted) throw new ServiceError('cancelled', 'cancelled', { cause: thrown });
        this.#judge(peer, { kind: 'failed', error: ServiceError.from(thrown) });
      }
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new ServiceError('cancelled', 'the reader is closed');
    this.#closed.abort();
    for (const read of this.#line.splice(0)) read.fail(closed);
    for (const batch of [...this.#broken, ...this.#running.keys()]) batch.fail(closed);
    this.#broken.clear();
    await Promise.all(this.#running.values());
    await Promise.all(this.#peers.map((peer) => peer[Symbol.asyncDispose]()));
  }

  #cancel(read: PendingRead): void {
    if (!read.isOpen) return;
    read.cancel();
    const at = this.#line.indexOf(read);
    if (at !== -1) this.#line.splice(at, 1);
    for (const batch of [...this.#broken, ...this.#running.keys()]) batch.noticeCancel();
  }

  /** Once for all reads that come in the same turn: they go together. */
  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    for (const batch of this.#broken) this.#place(batch, () => this.#broken.delete(batch));
    let isPlaced = true;
    while (isPlaced && this.#line.length > 0) {
      const length = batchLength(this.#line, this.#settings);
      const batch = new ReadBatch<Peer>(this.#line.slice(0, length));
      isPlaced = this.#place(batch, () => this.#line.splice(0, length));
    }
  }

  /** Starts a batch, or fails it where nobody is left to ask. False when it must wait. */
  #place(batch: ReadBatch<Peer>, leave: () => void): boolean {
    const { streamsPerPeerMax } = this.#settings;
    const choice = choosePeer(this.#peers, { tried: batch.tried, nowMs: this.#clock.now(), streamsPerPeerMax });
    if (choice.kind === 'wait') return false;
    leave();
    if (choice.kind === 'chosen') this.#running.set(batch, this.#run(batch, choice.peer));
    else batch.fail(batch.lastError ?? new ServiceError('unavailable', 'no peer can be asked now'));
    return true;
  }

  async #run(batch: ReadBatch<Peer>, peer: Peer): Promise<void> {
    peer.streams++;
    const outcome = await streamBatch(batch, { client: peer.client, clock: this.#clock, settings: this.#settings });
    peer.streams--;
    this.#running.delete(batch);
    this.#judge(peer, outcome);
    if (outcome.kind === 'failed' && !batch.isDone) {
      batch.leave(peer, outcome.error);
      this.#broken.add(batch);
    }
    this.#pump();
  }

  /** A peer that does not hold something has done nothing wrong. */
  #judge(peer: Peer, outcome: StreamOutcome): void {
    const isFault =
      outcome.kind === 'failed'
        ? outcome.error.code !== 'not-found'
        : outcome.kind === 'abandoned' && outcome.silentMs >= this.#settings.suspectMs;
    if (isFault) peer.failed(this.#clock.now());
    else if (outcome.kind !== 'abandoned') peer.succeeded();
  }
}
