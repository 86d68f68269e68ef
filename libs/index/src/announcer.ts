import { setTimeout as pause } from 'node:timers/promises';
import { ServiceError, type VariantKey } from '@instgenie/domain';
import type { HeldRecord, WorkerIdentity } from './holder.ts';
import type { RedisIndex } from './redis-index.ts';

/** What an announcer tells the index about, and tells of the index. */
export interface AnnouncedStore {
  readonly held: () => Iterable<HeldRecord>;
  /** Drops a variant that was deleted; settles when it is gone. */
  readonly drop: (key: VariantKey) => Promise<unknown>;
  /** Says which variants are pinned. */
  readonly pin: (pins: ReadonlySet<VariantKey>) => void;
}

export interface AnnouncerSettings {
  /** From one look at the store to the next. */
  readonly beatMs: number;
  /** How long the index believes a worker that says nothing. */
  readonly leaseMs: number;
  /** After so long everything is announced again, whether the index lost it or not. */
  readonly refreshMs: number;
}

export const announcerSettings: AnnouncerSettings = { beatMs: 1000, leaseMs: 5000, refreshMs: 6 * 3_600_000 };

/** Records in one go. */
const batch = 200;

/**
 * Keeps the index true to a worker's store: renews the lease, announces what came and withdraws what went, drops what
 * was deleted elsewhere. When the index has lost the worker, or all, everything is announced again. While Redis does not
 * answer it does nothing, and catches up afterwards.
 */
export class Announcer {
  readonly #index: RedisIndex;
  readonly #worker: WorkerIdentity;
  readonly #store: AnnouncedStore;
  readonly #settings: AnnouncerSettings;
  readonly #now: () => number;
  /** What the index was told, by variant. */
  #told = new Map<VariantKey, HeldRecord>();
  #toldAllMs = Number.NEGATIVE_INFINITY;
  #cursor = 0;

  constructor(fields: {
    readonly index: RedisIndex;
    readonly worker: WorkerIdentity;
    readonly store: AnnouncedStore;
    readonly settings?: Partial<AnnouncerSettings>;
    readonly now?: () => number;
  }) {
    this.#index = fields.index;
    this.#worker = fields.worker;
    this.#store = fields.store;
    this.#settings = { ...announcerSettings, ...fields.settings };
    this.#now = fields.now ?? (() => performance.now());
  }

  /** Beats until the signal, then takes the worker out of the index. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.beat();
      await pause(this.#settings.beatMs, undefined, { signal }).catch(() => undefined);
    }
    await this.#index.leave(this.#worker).catch(() => undefined);
  }

  /** Looks at the store and at the index once. False while the index does not answer. */
  async beat(): Promise<boolean> {
    try {
      const wasKnown = await this.#index.renew(this.#worker, this.#settings.leaseMs);
      if (!wasKnown) this.#cursor = 0;
      const isDue = this.#now() - this.#toldAllMs >= this.#settings.refreshMs;
      if (!wasKnown || isDue) {
        this.#told.clear();
        this.#toldAllMs = this.#now();
      }
      await this.#tell();
      await this.#hear();
      return true;
    } catch (thrown) {
      if (thrown instanceof ServiceError && thrown.code === 'unavailable') return false;
      throw thrown;
    }
  }

  async #tell(): Promise<void> {
    const held = new Map([...this.#store.held()].map((record) => [record.key, record]));
    const came = [...held.values()].filter((record) => !isSame(record, this.#told.get(record.key)));
    const went = [...this.#told.values()].filter(({ key }) => !held.has(key));
    for (let at = 0; at < went.length; at += batch) {
      const some = went.slice(at, at + batch);
      await this.#index.withdraw(this.#worker, some);
      for (const { key } of some) this.#told.delete(key);
    }
    for (let at = 0; at < came.length; at += batch) {
      const some = came.slice(at, at + batch);
      const deleted = new Set(await this.#index.announce(this.#worker, some));
      for (const record of some) if (!deleted.has(record.key)) this.#told.set(record.key, record);
      for (const key of deleted) await this.#drop(key);
    }
  }

  async #hear(): Promise<void> {
    const { keys, cursor } = await this.#index.deletedSince(this.#cursor);
    for (const key of keys) if (this.#told.has(key)) await this.#drop(key);
    this.#cursor = cursor;
    this.#store.pin(await this.#index.pins());
  }

  async #drop(key: VariantKey): Promise<void> {
    await this.#store.drop(key);
    this.#told.delete(key);
  }
}

function isSame(one: HeldRecord, other: HeldRecord | undefined): boolean {
  return other !== undefined && one.generation === other.generation && one.tier === other.tier;
}
