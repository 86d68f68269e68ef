import { ServiceError, type VariantKey } from '@instgenie/domain';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { GuardedRedis } from './guarded-redis.ts';
import {
  decodeHolder,
  encodeLease,
  encodeRecord,
  type HeldRecord,
  type Holder,
  keysAmong,
  type WorkerIdentity,
} from './holder.ts';
import { type IndexSettings, indexSettings } from './index-settings.ts';
import { keys } from './keys.ts';
import { Script } from './script.ts';

/** Who is to prime a variant. `deleted`: nobody may. */
export type Lead =
  | { readonly kind: 'leader'; readonly token: string }
  | { readonly kind: 'follower'; readonly leader: string; readonly leftMs: number }
  | { readonly kind: 'deleted' };

/** Variants that were deleted, and from where to ask on. */
export interface Deletions {
  readonly keys: readonly VariantKey[];
  readonly cursor: number;
}

const deletionsMax = 1000;
/** Clocks of a failed-over server may be behind: deletions are read again for so long. */
const overlapMs = 60_000;
const leadReply = z.tuple([z.string(), z.string(), z.number()]);

/**
 * Which worker holds which variant, in Redis. Everything in it is a hint: losing it, or lies in it, cost time and change
 * no picture. Every operation settles within a short time and rejects with `unavailable` where Redis does not answer.
 */
export class RedisIndex implements Disposable {
  readonly #settings: IndexSettings;
  readonly #redis: GuardedRedis;
  readonly #scripts = {
    renewLease: new Script('renew-lease'),
    announce: new Script('announce'),
    withdraw: new Script('withdraw'),
    delete: new Script('delete'),
    noteDeleted: new Script('note-deleted'),
    takeLead: new Script('take-lead'),
    keepLead: new Script('keep-lead'),
    countUse: new Script('count-use'),
  };

  /** `url`: `redis://` or `rediss://`, with user and password if needed. Connects on its own, again and again. */
  constructor(url: string, settings: Partial<IndexSettings> = {}) {
    if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
      throw new ServiceError('invalid', 'index: expected redis://host:port or rediss://host:port', { field: 'redis' });
    }
    this.#settings = { ...indexSettings, ...settings };
    this.#redis = new GuardedRedis(url, this.#settings);
  }

  /** Whether the server answered last. */
  get isUp(): boolean {
    return this.#redis.isUp;
  }

  /** Resolves once the server answers; rejects with `unavailable` after `timeoutMs`. Nobody has to wait for it. */
  ready(timeoutMs: number): Promise<void> {
    return this.#redis.ready(timeoutMs);
  }

  /** Renews a worker's lease. False when there was none of this start: then all that it holds is to be announced. */
  async renew(worker: WorkerIdentity, leaseMs: number): Promise<boolean> {
    const lease = encodeLease(worker);
    const known = await this.#run((redis) =>
      this.#scripts.renewLease.run(redis, [keys.worker(worker.id)], [lease, leaseMs]),
    );
    return known === 1;
  }

  /** A worker goes: what it holds is not offered any more. */
  async leave({ id }: Pick<WorkerIdentity, 'id'>): Promise<void> {
    await this.#run((redis) => redis.del(keys.worker(id)));
  }

  /** Says what a worker holds. Returns those that were deleted: they are not entered, and the worker must drop them. */
  async announce({ id, epoch }: WorkerIdentity, held: readonly HeldRecord[]): Promise<readonly VariantKey[]> {
    const replies = await this.#run((redis) =>
      Promise.all(
        held.map((record) =>
          this.#scripts.announce.run(
            redis,
            [keys.holders(record.key), keys.gone(record.key)],
            [id, encodeRecord(record, epoch), this.#settings.holdersMs],
          ),
        ),
      ),
    );
    return held.filter((_, index) => replies[index] === 0).map(({ key }) => key);
  }

  /** Takes records back: the worker holds these no more, or whoever followed one has found it untrue. */
  async withdraw({ id, epoch }: Pick<WorkerIdentity, 'id' | 'epoch'>, held: readonly HeldRecord[]): Promise<void> {
    await this.#run((redis) =>
      Promise.all(
        held.map((record) =>
          this.#scripts.withdraw.run(redis, [keys.holders(record.key)], [id, encodeRecord(record, epoch)]),
        ),
      ),
    );
  }

  /** Workers that live and hold a variant; memory before disk. */
  async locate(key: VariantKey): Promise<readonly Holder[]> {
    const holders = await this.#run(async (redis) => {
      const records = Object.entries(await redis.hgetall(keys.holders(key)));
      const leases = await Promise.all(records.map(([worker]) => redis.get(keys.worker(worker))));
      return records.map(([worker, record], index) => decodeHolder({ key, worker }, { record, lease: leases[index] }));
    });
    return holders
      .filter((holder) => holder !== undefined)
      .toSorted((a, b) => Number(a.tier === 'disk') - Number(b.tier === 'disk') || (a.worker < b.worker ? -1 : 1));
  }

  /** What is known of a variant beside who holds it: whether it was deleted, and who primes it now. */
  async noted(key: VariantKey): Promise<{ readonly isDeleted: boolean; readonly leader: string | undefined }> {
    return await this.#run(async (redis) => {
      const [gone, lead] = await Promise.all([redis.exists(keys.gone(key)), redis.get(keys.lead(key))]);
      return { isDeleted: gone === 1, leader: lead?.slice(lead.indexOf(' ') + 1) };
    });
  }

  /** One worker at a time is told to prime a variant; its lead lasts `leadMs`, unless it is kept or given up. */
  async takeLead(key: VariantKey, worker: string, leadMs: number): Promise<Lead> {
    const reply = await this.#run((redis) =>
      this.#scripts.takeLead.run(redis, [keys.lead(key), keys.fence(key), keys.gone(key)], [worker, leadMs]),
    );
    const [token, leader, leftMs] = leadReply.parse(reply);
    if (token !== '0') return { kind: 'leader', token };
    return leader === '' ? { kind: 'deleted' } : { kind: 'follower', leader, leftMs: Math.max(0, leftMs) };
  }

  /** Goes on priming. False when the lead has passed to another: a token of before it is worth nothing. */
  async keepLead(key: VariantKey, lead: HeldLead, leadMs: number): Promise<boolean> {
    return await this.#lead(key, lead, leadMs);
  }

  /** Ends a lead, so that another may take it. False when it was not this one's any more. */
  async endLead(key: VariantKey, lead: HeldLead): Promise<boolean> {
    return await this.#lead(key, lead, 0);
  }

  /** Deletes a variant from the index, for workers to drop it too; for a day nobody can announce it. */
  async delete(key: VariantKey): Promise<void> {
    const { tombstoneMs } = this.#settings;
    await this.#run(async (redis) => {
      await this.#scripts.delete.run(redis, [keys.holders(key), keys.gone(key), keys.lead(key)], [tombstoneMs]);
      await this.#scripts.noteDeleted.run(redis, [keys.deleted], [key, tombstoneMs]);
      await redis.srem(keys.pins, key);
      await redis.zrem(keys.popular, key);
    });
  }

  /** Variants that were deleted since `cursor`, some of them perhaps again; 0 asks for all that are remembered. */
  async deletedSince(cursor: number): Promise<Deletions> {
    const from = Math.max(0, cursor - overlapMs);
    const reply = await this.#run((redis) =>
      redis.zrangebyscore(keys.deleted, from, '+inf', 'WITHSCORES', 'LIMIT', 0, deletionsMax),
    );
    const times = reply.filter((_, index) => index % 2 === 1).map(Number);
    const isAll = times.length < deletionsMax;
    const last = times.at(-1) ?? 0;
    // A full page of one minute's deletions must not be read for ever.
    const next = isAll ? last : last + overlapMs;
    return { keys: keysAmong(reply), cursor: Math.max(cursor, next) };
  }

  /** Counts an edit on a variant, for those who decide what is worth keeping where. */
  async countUse(key: VariantKey): Promise<void> {
    const { halfLifeMs, popularMax } = this.#settings;
    await this.#run((redis) => this.#scripts.countUse.run(redis, [keys.popular], [key, halfLifeMs, popularMax]));
  }

  /** The most used variants, the most used first. */
  async popular(count: number): Promise<readonly VariantKey[]> {
    return keysAmong(await this.#run((redis) => redis.zrevrange(keys.popular, 0, count - 1)));
  }

  /** Says that somebody wants a variant kept warm. Throws `overloaded` where too many are. */
  async pin(key: VariantKey): Promise<void> {
    const { pinsMax } = this.#settings;
    const count = await this.#run((redis) => redis.scard(keys.pins));
    if (count >= pinsMax) {
      throw new ServiceError('overloaded', `index: ${pinsMax} variants are pinned already`, { field: 'pin' });
    }
    await this.#run((redis) => redis.sadd(keys.pins, key));
  }

  async unpin(key: VariantKey): Promise<void> {
    await this.#run((redis) => redis.srem(keys.pins, key));
  }

  async pins(): Promise<ReadonlySet<VariantKey>> {
    return new Set(keysAmong(await this.#run((redis) => redis.smembers(keys.pins))));
  }

  [Symbol.dispose](): void {
    this.#redis[Symbol.dispose]();
  }

  async #lead(key: VariantKey, { worker, token }: HeldLead, leadMs: number): Promise<boolean> {
    const reply = await this.#run((redis) =>
      this.#scripts.keepLead.run(redis, [keys.lead(key)], [token, worker, leadMs]),
    );
    return reply === 1;
  }

  #run<Result>(commands: (redis: Redis) => Promise<Result>): Promise<Result> {
    return this.#redis.run(commands);
  }
}

/** A lead that was taken. */
export interface HeldLead {
  readonly worker: string;
  readonly token: string;
}
