import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ChunkGate,
  chunkAlignment,
  ServiceError,
  stepBytes,
  type VariantKey,
  type VariantShape,
} from '@instgenie/domain';
import { ThreadClient } from '@instgenie/threads';
import { type Clock, systemClock } from './clock.ts';
import { supportsDirect } from './disk/direct.ts';
import { DiskTier, type DiskVariant, variantBytes } from './disk/disk-tier.ts';
import { Folders } from './disk/folders.ts';
import { variantsFolder } from './disk/paths.ts';
import { scanVariants } from './disk/scan.ts';
import { LruPolicy } from './eviction/lru-policy.ts';
import type { EvictionPolicy } from './eviction/policy.ts';
import { ValuePolicy } from './eviction/value-policy.ts';
import { randomGeneration } from './format/generation.ts';
import { checkShape } from './format/layout.ts';
import type { LoadOutcome } from './io/chunk-loader.ts';
import type { IoSetup, LoadCall, WriteStepCall } from './io/io-protocol.ts';
import { alignedBuffer } from './memory/aligned.ts';
import { MemoryTier, type Wanted } from './memory/memory-tier.ts';
import { ringOf } from './ring.ts';
import { lockRoot } from './root-lock.ts';
import type { StepLoan, StepRequest } from './step-loan.ts';
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
  readonly #io: ThreadClient;
  readonly #lock: AsyncDisposable;
  readonly #counters = new StoreCounters();
  /** Reads, writes and removals under way. */
  readonly #pending = new Set<Promise<unknown>>();
  #writesPausedUntilMs = Number.NEGATIVE_INFINITY;

  private constructor(fields: {
    readonly options: StoreOptions;
    readonly arena: SharedArrayBuffer;
    readonly disk: DiskTier;
    readonly io: ThreadClient;
    readonly lock: AsyncDisposable;
  }) {
    const { options, arena } = fields;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#arena = arena;
    this.#disk = fields.disk;
    this.#io = fields.io;
    this.#lock = fields.lock;
    const now = () => this.#clock.now();
    this.#memory = new MemoryTier({ bytes: arena.byteLength, policy: policyOf(options), now });
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
      const disk = new DiskTier({ bytesMax: diskBytesMax, policy: policyOf(options), now });
      const arena = alignedBuffer(Math.floor(memoryBytesMax / chunkAlignment) * chunkAlignment);
      const deadlineMs = options.readDeadlineMs ?? usualDeadlineMs;
      const setup: IoSetup = { root, arena, direct, deadlineMs, bytesPerMs: options.readBytesPerMsMax };
      const io = new ThreadClient(new URL('./io/io-thread.ts', import.meta.url), setup);
      const store = new ActivationStore({ options, arena, disk, io, lock });
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

  /**
   * Memory with chunks of a variant's step: there at once where they are in memory, else on their way. Never waits.
   * Chunks are loaded in the order of the calls and of `chunks`; one load serves all who borrow the same. Undefined
   * where the step is not held, or memory is too short even for two of the chunks.
   */
  borrow(key: VariantKey, { step, chunks }: StepRequest): StepLoan | undefined {
    const variant = this.#disk.find(key);
    if (variant === undefined || !variant.steps.has(step)) {
      this.#counters.missed(chunks.length);
      return undefined;
    }
    this.#disk.use(key);
    const { shape } = variant.manifest;
    const wanted = this.#memory.want({ key, step, shape, savedMs: savedByMemory(shape) }, chunks);
    if (wanted === undefined) return this.#ring(variant, { step, chunks });
    variant.users++;
    this.#counters.hit('memory', chunks.length - wanted.missing.length);
    this.#counters.hit('disk', wanted.missing.length);
    for (const chunk of wanted.missing) this.#track(this.#load(variant, wanted, chunk));
    return this.#loan(wanted, variant);
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

  /** A pinned variant is never evicted. Returns whether it is held. */
  pin(key: VariantKey, isPinned = true): boolean {
    const variant = this.#disk.find(key);
    if (variant !== undefined) variant.isPinned = isPinned;
    return variant !== undefined;
  }

  /** Removes a variant from every tier; loans of it stay valid. Returns whether it was held. */
  async remove(key: VariantKey): Promise<boolean> {
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
      diskBytes: this.#disk.usedBytes,
      diskBytesMax: this.#disk.bytesMax,
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

  #loan({ step }: Pick<Wanted, 'step'>, variant: DiskVariant): StepLoan {
    let isOpen = true;
    return {
      buffer: this.#arena,
      offsets: [...step.offsets],
      gate: step.gate,
      release: () => {
        if (!isOpen) return;
        isOpen = false;
        variant.users--;
        this.#memory.release(step);
      },
    };
  }

  /** Loads one chunk of a step that was given memory. The step has a user more until its memory is written no more. */
  async #load(variant: DiskVariant, { step }: Pick<Wanted, 'step'>, chunk: number): Promise<void> {
    step.users++;
    const outcome = await this.#read(variant, {
      step: step.step,
      chunk,
      offset: step.offsets[chunk] ?? 0,
      gate: step.gate.words,
    });
    if (outcome !== 'ready') this.#memory.drop(step.id);
    this.#memory.release(step);
    if (outcome === 'damaged') await this.#quarantine(variant, step.step);
  }

  async #read(
    { manifest: { key, generation, shape } }: DiskVariant,
    { step, chunk, offset, gate }: ChunkRead,
  ): Promise<LoadOutcome> {
    const bytes = shape.chunkBytes[chunk] ?? 0;
    const call: LoadCall = { name: { key, generation, step, chunk }, offset, bytes, gate };
    const outcome = await this.#io.call<LoadOutcome>('load', call).catch((): LoadOutcome => 'late');
    if (outcome !== 'ready') new ChunkGate(gate).settle(chunk, 'failed');
    this.#counters.loaded(outcome, bytes);
    return outcome;
  }

  /** A loan whose chunks take turns in what memory there is. */
  #ring(variant: DiskVariant, { step, chunks }: StepRequest): StepLoan | undefined {
    const { chunkBytes } = variant.manifest.shape;
    const slotBytes = Math.max(...chunks.map((chunk) => chunkBytes[chunk] ?? 0));
    const slots: number[] = [];
    // Half of the memory, so that the next step can have a ring too.
    const slotsMax = Math.max(2, Math.floor(this.#arena.byteLength / slotBytes / 2));
    while (slots.length < Math.min(chunks.length, slotsMax)) {
      const start = this.#memory.take(slotBytes);
      if (start === undefined) break;
      slots.push(start);
    }
    if (slots.length < 2) {
      for (const start of slots) this.#memory.give(start);
      this.#counters.missed(chunks.length);
      return undefined;
    }
    const ring = ringOf(chunks, { count: chunkBytes.length, slots });
    const loan = { isOpen: true };
    variant.users++;
    this.#counters.hit('disk', chunks.length);
    const load = async () => {
      const reads: Promise<void>[] = [];
      for (const { chunk, after } of ring.turns) {
        // In short waits: the loan may end before its step does.
        while (loan.isOpen && !(await ring.gate.usedUp(after, 50)));
        if (!loan.isOpen) break;
        reads.push(this.#readTurn(variant, { step, chunk, offset: ring.offsets[chunk] ?? 0, gate: ring.gate.words }));
      }
      await Promise.all(reads);
      for (const start of slots) this.#memory.give(start);
    };
    this.#track(load());
    return {
      buffer: this.#arena,
      offsets: ring.offsets,
      gate: ring.gate,
      release: () => {
        if (loan.isOpen) variant.users--;
        loan.isOpen = false;
      },
    };
  }

  async #readTurn(variant: DiskVariant, request: ChunkRead): Promise<void> {
    if ((await this.#read(variant, request)) === 'damaged') await this.#quarantine(variant, request.step);
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
      const outcome = await this.#read(variant, { step, chunk, offset, gate });
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
    const loan = this.#loan(wanted, variant);
    const { id } = wanted.step;
    return {
      ...loan,
      release: () => {
        // What was not written is not known to be whole.
        if (!variant.steps.has(step)) this.#memory.drop(id);
        loan.release();
      },
    };
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

/** A chunk on its way: where it goes, and the words of its gate. */
interface ChunkRead {
  readonly step: number;
  readonly chunk: number;
  readonly offset: number;
  readonly gate: LoadCall['gate'];
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

/** What a step in memory saves at each use: about a millisecond for each mebibyte that need not be read. */
function savedByMemory(shape: Pick<VariantShape, 'chunkBytes'>): number {
  return stepBytes(shape) / 1024 ** 2;
}

async function isDirect({ directIo = 'auto', root }: StoreOptions): Promise<boolean> {
  if (directIo === 'off') return false;
  const isSupported = await supportsDirect(root);
  if (isSupported || directIo === 'auto') return isSupported;
  throw new ServiceError('unsupported', 'store: its file system has no direct I/O; use --direct-io auto', {
    field: 'directIo',
  });
}
