import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  ChunkGate,
  type Clock,
  chunkAlignment,
  ServiceError,
  systemClock,
  type VariantKey,
  type VariantShape,
} from '@instgenie/domain';
import type { ConnectOptions } from '@instgenie/rpc';
import { ThreadClient } from '@instgenie/threads';
import { supportsDirect } from './disk/direct.ts';
import { DiskTier, type DiskVariant, variantBytes } from './disk/disk-tier.ts';
import { Encodings } from './disk/encodings.ts';
import { Folders } from './disk/folders.ts';
import { variantsFolder } from './disk/paths.ts';
import { scanVariants } from './disk/scan.ts';
import { LruPolicy } from './eviction/lru-policy.ts';
import type { EvictionPolicy } from './eviction/policy.ts';
import { ValuePolicy } from './eviction/value-policy.ts';
import { randomGeneration } from './format/generation.ts';
import { checkShape } from './format/layout.ts';
import { type LoadOutcome, loadOutcomes } from './io/chunk-loader.ts';
import type { IoSetup, LoadCall, WriteStepCall } from './io/io-protocol.ts';
import { alignedBuffer } from './memory/aligned.ts';
import { MemoryTier } from './memory/memory-tier.ts';
import { type ChunkManifest, manifestChecksum } from './peer/chunk-manifest.ts';
import type { ChunkSource } from './peer/chunk-source.ts';
import { copyVariant } from './peer/copy-variant.ts';
import { PeerTier, type PeerVariant } from './peer/peer-tier.ts';
import { StoreSource } from './peer/store-source.ts';
import { lockRoot } from './root-lock.ts';
import { StepLender, savedByMemory } from './step-lender.ts';
import type { StepLoan, StepRequest } from './step-loan.ts';
import type { StepSource } from './step-source.ts';
import { StoreCounters, type StoreCounts } from './store-counters.ts';
import { type FillingHost, VariantFilling } from './variant-filling.ts';

export interface StoreOptions {
  /** The store's own folder. One process at a time. */
  readonly root: string;
  readonly memoryBytesMax: number;
  readonly diskBytesMax: number;
  /** Whether files go past the page cache; `auto`: where the file system allows it. */
  readonly directIo?: 'auto' | 'on' | 'off';
  /** A chunk that does not come in this time counts as missing. */
  readonly readDeadlineMs?: number;
  /** Keys and certificates to show peers; without them peers are spoken to in plain text. */
  readonly peerTls?: ConnectOptions['tls'];
  /** A limit to what is read, bytes a millisecond. */
  readonly readBytesPerMsMax?: number;
  readonly policy?: 'value' | 'lru';
  /** Variants that are pinned from the start. */
  readonly pinned?: readonly VariantKey[];
  readonly clock?: Clock;
}

/** A variant as the store lists it. */
export interface HeldVariant {
  readonly key: VariantKey;
  readonly generation: string;
  readonly shape: VariantShape;
  readonly bytes: number;
  /** Kept steps that are on disk. */
  readonly steps: readonly number[];
  readonly isWhole: boolean;
  readonly isPinned: boolean;
}

/** How long the store does not write after the disk refused to take something. */
const writePauseMs = 5_000;
/** What it evicts to then. */
const calmShare = 0.8;
const disposeMs = 5_000;
/** Of the disk's budget, for what encoders made of pictures. */
const encodingsShare = 1 / 64;
/** Variants of other workers that are remembered. */
const peerVariantsMax = 1024;
/** How long a chunk that is copied or lent may take in all. */
const copyChunkMs = 10_000;
const usualDeadlineMs = 200;

/**
 * The activations of one node: variants in files within a budget of bytes, and their steps in a fixed memory that all
 * threads share. Reading, checking and writing happen in a thread of their own; this object keeps the books.
 *
 * Any doubt about stored bytes is a miss: a chunk that is damaged, late or gone is reported by its gate, and whoever
 * borrowed it computes it again.
 */
export class ActivationStore implements AsyncDisposable {
  readonly #options: StoreOptions;
  readonly #clock: Clock;
  readonly #arena: SharedArrayBuffer;
  readonly #memory: MemoryTier;
  readonly #disk: DiskTier;
  readonly #encodings: Encodings;
  readonly #io: ThreadClient;
  readonly #lock: AsyncDisposable;
  readonly #peers = new PeerTier(peerVariantsMax);
  readonly #lender: StepLender;
  readonly #counters = new StoreCounters();
  readonly #closed = new AbortController();
  /** Reads, writes and removals under way. */
  readonly #pending = new Set<Promise<unknown>>();
  #writesPausedUntilMs = Number.NEGATIVE_INFINITY;

  private constructor(fields: {
    readonly options: StoreOptions;
    readonly arena: SharedArrayBuffer;
    readonly disk: DiskTier;
    readonly encodings: Encodings;
    readonly io: ThreadClient;
    readonly lock: AsyncDisposable;
  }) {
    const { options, arena } = fields;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#arena = arena;
    this.#disk = fields.disk;
    this.#encodings = fields.encodings;
    this.#io = fields.io;
    this.#lock = fields.lock;
    const now = () => this.#clock.now();
    this.#memory = new MemoryTier({ bytes: arena.byteLength, policy: policyOf(options), now });
    this.#lender = new StepLender({
      arena,
      memory: this.#memory,
      counters: this.#counters,
      track: (work) => this.#track(work),
    });
  }

  /**
   * Opens a store: takes over what is on disk, and removes what a crash has left. Throws `overloaded` when another
   * process has it open.
   */
  static async open(options: StoreOptions): Promise<ActivationStore> {
    const { root, memoryBytesMax, diskBytesMax } = options;
    const now = () => (options.clock ?? systemClock).now();
    const lock = await lockRoot(root);
    try {
      await mkdir(variantsFolder(root), { recursive: true });
      const direct = await isDirect(options);
      const folders = new Folders(root);
      await folders.emptyTrash();
      const encodings = new Encodings(root, { bytesMax: Math.floor(diskBytesMax * encodingsShare) });
      const disk = new DiskTier({
        bytesMax: Math.ceil(diskBytesMax * (1 - encodingsShare)),
        policy: policyOf(options),
        now,
      });
      const arena = alignedBuffer(Math.floor(memoryBytesMax / chunkAlignment) * chunkAlignment);
      const deadlineMs = options.readDeadlineMs ?? usualDeadlineMs;
      const setup: IoSetup = {
        root,
        arena,
        direct,
        deadlineMs,
        bytesPerMs: options.readBytesPerMsMax,
        peerTls: options.peerTls,
      };
      const io = new ThreadClient(new URL('./io/io-thread.ts', import.meta.url), setup);
      const store = new ActivationStore({ options, arena, disk, encodings, io, lock });
      try {
        await store.#takeOver(folders);
      } catch (thrown) {
        await io[Symbol.asyncDispose]();
        throw thrown;
      }
      return store;
    } catch (thrown) {
      await lock[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  get readDeadlineMs(): number {
    return this.#options.readDeadlineMs ?? usualDeadlineMs;
  }

  /** What is held of a variant; undefined for nothing. */
  find(key: VariantKey): HeldVariant | undefined {
    const variant = this.#disk.find(key);
    return variant === undefined ? undefined : held(variant);
  }

  variants(): readonly HeldVariant[] {
    return [...this.#disk.variants.values()].map(held);
  }

  /** What is in memory of each variant, bytes; no entry for those of which nothing is. */
  bytesInMemory(): ReadonlyMap<VariantKey, number> {
    return this.#memory.bytesByVariant();
  }

  /**
   * Memory with chunks of a variant's step: there at once where they are in memory, else on their way. Never waits.
   * Chunks are loaded in the order of the calls and of `chunks`; one load serves all who borrow the same. Undefined
   * where the step is not held, or memory is too short even for two of the chunks.
   */
  borrow(key: VariantKey, { step, chunks }: StepRequest): StepLoan | undefined {
    const source = this.#sourceOf(key, step);
    if (source?.tier === 'disk') this.#disk.use(key);
    const loan = source === undefined ? undefined : this.#lender.borrow(source, chunks);
    if (loan === undefined) this.#counters.missed(chunks.length);
    return loan;
  }

  /** Begins to load what a borrower will want soon. Whatever is loaded stays as long as there is room. */
  prefetch(key: VariantKey, { step, chunks }: StepRequest): void {
    const source = this.#sourceOf(key, step);
    if (source !== undefined) this.#lender.borrow(source, chunks, { mayTakeTurns: false })?.release();
  }

  /**
   * Asks peers for a variant: from now on steps that are not held here are borrowed from them. Returns whether one of
   * them holds it, cut as `shape` says, where it says anything; a peer that does not answer in time does not.
   */
  async findAtPeers(
    key: VariantKey,
    { shape, addresses }: { readonly shape?: VariantShape; readonly addresses: readonly string[] },
  ): Promise<boolean> {
    if (addresses.length === 0) return false;
    const found = await this.#io.call<ChunkManifest | undefined>('findAtPeers', { key, addresses });
    if (found === undefined) return false;
    if (shape !== undefined && !isDeepStrictEqual(found.shape.chunkBytes, shape.chunkBytes)) return false;
    this.#peers.add({ manifest: found, addresses });
    return true;
  }

  /** Whether peers that were found hold a variant, as far as is known. */
  isAtPeers(key: VariantKey): boolean {
    return this.#peers.get(key) !== undefined;
  }

  /** How peers that were found hold a variant. */
  shapeAtPeers(key: VariantKey): VariantShape | undefined {
    return this.#peers.get(key)?.manifest.shape;
  }

  /**
   * Copies what peers hold of a variant to the disk, beside whoever borrows it. Returns whether it is whole here then:
   * not where memory or disk have no room, where somebody else fills it, or where the peers stop sending.
   */
  async copyFromPeers(key: VariantKey, { recomputeMs }: { readonly recomputeMs: number }): Promise<boolean> {
    const peer = this.#peers.get(key);
    if (peer === undefined) return this.#disk.find(key)?.isWhole ?? false;
    const copying = copyVariant({
      shape: peer.manifest.shape,
      fill: (shape) => this.fill(key, { shape, recomputeMs }),
      borrow: (step, chunks) => {
        const source = this.#sourceOf(key, step);
        return source && this.#lender.borrow(source, chunks, { mayTakeTurns: false, isUse: false });
      },
      // Waiting in line at the loader is no lateness; a read's own deadline ends each wait.
      chunkMs: copyChunkMs,
      signal: this.#closed.signal,
    });
    this.#track(copying);
    return await copying;
  }

  /** What other workers may read of this store: variants that are whole. */
  get source(): ChunkSource {
    return new StoreSource({
      find: (key) => this.#disk.find(key),
      checksums: (name) => this.#io.call('checksums', name),
      borrow: ({ key, step, chunk }) => {
        const source = this.#sourceOf(key, step);
        if (source?.tier !== 'disk') return undefined;
        this.#counters.lent();
        return this.#lender.borrow(source, [chunk], { mayTakeTurns: false, isUse: false });
      },
      chunkMs: copyChunkMs,
    });
  }

  /**
   * Begins to write a variant, or what it lacks; undefined where all of it is held or it is being written. Throws `overloaded` where it cannot fit the
   * disk's budget, saying what would, and while the disk takes nothing.
   */
  fill(
    key: VariantKey,
    { shape, recomputeMs }: { readonly shape: VariantShape; readonly recomputeMs: number },
  ): VariantFilling | undefined {
    checkShape(shape);
    const known = this.#disk.find(key);
    if (known?.isFilling === true || known?.steps.size === shape.steps.length) return undefined;
    if (this.#clock.now() < this.#writesPausedUntilMs) {
      throw new ServiceError('overloaded', 'disk: it took no more a moment ago; try again in some seconds', {
        field: 'disk',
      });
    }
    if (known !== undefined) {
      assert.deepEqual(known.manifest.shape, shape, 'a variant has one shape');
      return this.#filling(known, []);
    }
    const removals = this.#disk.victimsFor(variantBytes(shape)).map((victim) => this.#evict(victim));
    const manifest = { key, generation: randomGeneration(), shape, recomputeMs };
    const variant = this.#disk.add({ manifest, isWhole: false, steps: [] });
    this.#disk.use(key);
    return this.#filling(variant, removals);
  }

  /** What was kept beside a variant by name; undefined for nothing, and for what the disk does not bring in time. */
  async encoding(key: VariantKey, name: string): Promise<Uint8Array | undefined> {
    const late = Promise.withResolvers<undefined>();
    const cancel = this.#clock.after(this.readDeadlineMs, () => late.resolve(undefined));
    const read = this.#encodings.get(key, name);
    this.#track(read);
    try {
      return await Promise.race([read, late.promise]);
    } finally {
      cancel();
    }
  }

  /** Keeps a small thing beside a variant, held or not, as long as there is room for such things. */
  keepEncoding(key: VariantKey, name: string, bytes: Uint8Array): void {
    this.#track(this.#encodings.put(key, name, bytes.slice()));
  }

  /** A pinned variant is never evicted. Returns whether it is held. */
  pin(key: VariantKey, isPinned = true): boolean {
    const variant = this.#disk.find(key);
    if (variant !== undefined) variant.isPinned = isPinned;
    return variant !== undefined;
  }

  /** Removes a variant from every tier; loans of it stay valid. Returns whether it was held. */
  async remove(key: VariantKey): Promise<boolean> {
    await this.#encodings.remove(key);
    if (this.#disk.find(key) === undefined) return false;
    await this.#discard(key);
    return true;
  }

  /** Reads every chunk on disk and checks it; damaged steps are dropped, as when an edit finds them. */
  async verify(onVariant?: (found: VerifiedVariant) => void): Promise<readonly VerifiedVariant[]> {
    const found: VerifiedVariant[] = [];
    for (const { key, steps, bytes } of this.variants()) {
      let damaged = 0;
      for (const step of steps) if (!(await this.#isGood(key, step))) damaged++;
      const verified = { key, bytes, steps: steps.length, damaged };
      found.push(verified);
      onVariant?.(verified);
    }
    return found;
  }

  counts(): StoreCounts {
    return {
      ...this.#counters.snapshot(),
      memoryBytes: this.#memory.usedBytes,
      memoryBytesMax: this.#arena.byteLength,
      memorySteps: this.#memory.stepCount,
      memoryEvictions: this.#memory.evictions,
      diskBytes: this.#disk.usedBytes + this.#encodings.usedBytes,
      diskBytesMax: this.#options.diskBytesMax,
      diskVariants: this.#disk.variants.size,
    };
  }

  /** CPU time of the I/O thread so far, ms. */
  ioCpuMs(): Promise<number> {
    return this.#io.call('cpuMs', undefined);
  }

  /** Settles when no read, write or removal is under way. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  /** Throws when the books are wrong. */
  checkIntegrity(): void {
    this.#memory.checkIntegrity();
  }

  /** Waits for writes and reads, but not for ever: a disk may hang. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    const patience = Promise.withResolvers<void>();
    const cancel = this.#clock.after(disposeMs, patience.resolve);
    await Promise.race([this.idle(), patience.promise]);
    cancel();
    await this.#io[Symbol.asyncDispose]();
    await this.#lock[Symbol.asyncDispose]();
  }

  async #takeOver(folders: Folders): Promise<void> {
    const { root } = this.#options;
    const { variants, leftFolders, leftFiles } = scanVariants(root);
    for (const key of leftFolders) await folders.removeVariant(key);
    for (const file of leftFiles) await folders.removeLeft(join(variantsFolder(root), file));
    const pinned = new Set(this.#options.pinned);
    for (const { manifest, steps } of variants.toSorted((a, b) => a.writtenMs - b.writtenMs)) {
      this.#disk.add({ manifest, steps, isWhole: true }).isPinned = pinned.has(manifest.key);
    }
    await Promise.all(this.#disk.victimsDownTo(this.#disk.bytesMax).map((victim) => this.#evict(victim)));
  }

  /** Where a step is read from: the disk, else peers. */
  #sourceOf(key: VariantKey, step: number): StepSource | undefined {
    const variant = this.#disk.find(key);
    if (variant?.steps.has(step) === true) return this.#diskSource(variant, step);
    const peer = this.#peers.find(key, step);
    return peer === undefined ? undefined : this.#peerSource(peer, step);
  }

  #diskSource(variant: DiskVariant, step: number): StepSource {
    const { key, generation, shape } = variant.manifest;
    return {
      key,
      step,
      shape,
      tier: 'disk',
      load: (chunks, gate) => this.#read({ name: { key, generation, step }, chunks, gate }),
      failed: async (outcome) => {
        if (outcome === 'damaged') await this.#quarantine(variant, step);
      },
      hold: () => {
        variant.users++;
        return () => variant.users--;
      },
    };
  }

  #peerSource(peer: PeerVariant, step: number): StepSource {
    const { manifest, addresses } = peer;
    const { key, generation, shape } = manifest;
    return {
      key,
      step,
      shape,
      tier: 'peer',
      load: (chunks, gate) => {
        const checksums = chunks.map(({ chunk }) => manifestChecksum(manifest, { step, chunk }) ?? 0n);
        return this.#read({ name: { key, generation, step }, chunks, gate, peer: { addresses, checksums } });
      },
      failed: () => {
        this.#peers.forget(peer);
        return Promise.resolve();
      },
      hold: () => () => undefined,
    };
  }

  async #read(call: LoadCall): Promise<LoadOutcome> {
    const outcomes = await this.#io
      .call<readonly LoadOutcome[]>('load', call)
      .catch(() => call.chunks.map((): LoadOutcome => 'late'));
    for (const [index, { chunk, bytes }] of call.chunks.entries()) {
      const outcome = outcomes[index] ?? 'late';
      if (outcome !== 'ready') new ChunkGate(call.gate).settle(chunk, 'failed');
      this.#counters.loaded(outcome, bytes);
    }
    return loadOutcomes.find((outcome) => outcomes.includes(outcome)) ?? 'late';
  }

  /** What is damaged or cannot be read is not loaded again: the step goes from the books and from the disk. */
  async #quarantine(variant: DiskVariant, step: number): Promise<void> {
    if (!variant.steps.delete(step)) return;
    this.#counters.quarantined();
    const { key, generation } = variant.manifest;
    if (this.#disk.find(key) !== variant) return;
    await this.#io.call<void>('removeStep', { key, generation, step }).catch(() => undefined);
  }

  async #isGood(key: VariantKey, step: number): Promise<boolean> {
    const variant = this.#disk.find(key);
    if (variant === undefined) return true;
    const { chunkBytes } = variant.manifest.shape;
    let isGood = true;
    for (const [chunk, bytes] of chunkBytes.entries()) {
      const offset = this.#memory.take(bytes);
      if (offset === undefined)
        throw new ServiceError('overloaded', 'memory: no room to verify a chunk', { field: 'memory' });
      const gate = new Int32Array(new SharedArrayBuffer((1 + chunkBytes.length) * Int32Array.BYTES_PER_ELEMENT));
      const { generation } = variant.manifest;
      const outcome = await this.#read({ name: { key, generation, step }, chunks: [{ chunk, offset, bytes }], gate });
      this.#memory.give(offset);
      isGood &&= outcome !== 'damaged';
    }
    if (!isGood) await this.#quarantine(variant, step);
    return isGood;
  }

  #filling(variant: DiskVariant, removals: readonly Promise<void>[]): VariantFilling {
    variant.isFilling = true;
    variant.users++;
    return new VariantFilling(this.#fillingHost(Promise.all(removals)), variant);
  }

  #fillingHost(roomMade: Promise<unknown>): FillingHost {
    return {
      room: (variant, step) => this.#room(variant, step),
      writeStep: async ({ manifest: { key, generation, shape } }, step, { offsets }) => {
        await roomMade;
        const call: WriteStepCall = { name: { key, generation, step }, chunkBytes: shape.chunkBytes, offsets };
        await this.#write(() => this.#io.call('writeStep', call));
      },
      writeManifest: ({ manifest }) => this.#write(() => this.#io.call('writeManifest', manifest)),
      discard: ({ manifest: { key } }) => this.#discard(key),
      closed: (variant) => {
        variant.isFilling = false;
        variant.users--;
      },
    };
  }

  #room(variant: DiskVariant, step: number): StepLoan | undefined {
    const { key, shape } = variant.manifest;
    if (variant.steps.has(step)) return undefined;
    const all = shape.chunkBytes.map((_, chunk) => chunk);
    const wanted = this.#memory.want({ key, step, shape, savedMs: savedByMemory(shape) }, all);
    if (wanted === undefined) return undefined;
    if (wanted.missing.length < all.length) {
      // Somebody fills it already.
      this.#memory.release(wanted.step);
      return undefined;
    }
    variant.users++;
    const end = () => {
      // What was not written is not known to be whole.
      if (!variant.steps.has(step)) this.#memory.drop(wanted.step.id);
      variant.users--;
    };
    return this.#lender.loan(wanted.step, { end });
  }

  async #write(write: () => Promise<void>): Promise<void> {
    const writing = write();
    this.#track(writing.catch(() => undefined));
    try {
      await writing;
    } catch (thrown) {
      this.#counters.writeFailed();
      this.#writesPausedUntilMs = this.#clock.now() + writePauseMs;
      for (const victim of this.#disk.victimsDownTo(calmShare * this.#disk.usedBytes)) this.#track(this.#evict(victim));
      throw thrown;
    }
  }

  /** Never rejects: files that could not be removed stay on the books, and go when the store is opened anew. */
  async #evict(key: VariantKey): Promise<void> {
    this.#counters.evicted();
    await this.#discard(key).catch(() => undefined);
  }

  async #discard(key: VariantKey): Promise<void> {
    const removed = this.#disk.remove(key);
    this.#memory.dropVariant(key);
    const removal = this.#io.call<void>('remove', key);
    this.#track(removal.catch(() => undefined));
    await removal;
    removed?.left();
  }

  #track(work: Promise<unknown>): void {
    const done = () => {
      this.#pending.delete(work);
    };
    this.#pending.add(work);
    work.then(done, done);
  }
}

export interface VerifiedVariant {
  readonly key: VariantKey;
  readonly bytes: number;
  readonly steps: number;
  readonly damaged: number;
}

function held({ manifest, bytes, steps, isWhole, isPinned }: DiskVariant): HeldVariant {
  const { key, generation, shape } = manifest;
  return { key, generation, shape, bytes, steps: [...steps], isWhole, isPinned };
}

function policyOf({ policy = 'value' }: Pick<StoreOptions, 'policy'>): EvictionPolicy {
  return policy === 'lru' ? new LruPolicy() : new ValuePolicy();
}

async function isDirect({ directIo = 'auto', root }: StoreOptions): Promise<boolean> {
  if (directIo === 'off') return false;
  const isSupported = await supportsDirect(root);
  if (isSupported || directIo === 'auto') return isSupported;
  throw new ServiceError('unsupported', 'store: its file system has no direct I/O; use --direct-io auto', {
    field: 'directIo',
  });
}
