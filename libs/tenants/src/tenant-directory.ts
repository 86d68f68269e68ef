import type { BlobStore } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import { isUsable, keyText, makeKey, secretDigest } from './api-key.ts';
import type { Quota, Scope } from './caller.ts';
import { checkTenantName, shortDigest } from './names.ts';
import {
  decodePointer,
  decodeTenant,
  encodePointer,
  encodeTenant,
  type KeyRecord,
  keysMax,
  type TenantRecord,
} from './tenant-record.ts';

const recordBytesMax = 1024 ** 2;
const pointerBytesMax = 4096;
/** Each attempt that fails is another writer's change that was made. */
const attemptsMax = 64;
/** For so long a key that has ended is still listed. */
const endedKeyMs = 30 * 86_400_000;

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Milliseconds of the epoch; undefined: it does not expire. */
  readonly expiresAtMs: number | undefined;
}

/** A key that was just made. `text` can never be had again. */
export interface MadeKey {
  readonly record: KeyRecord;
  readonly text: string;
}

/** Tenants and their keys, kept as records in a blob store. Changes that others make at the same time are not lost. */
export class TenantDirectory {
  readonly #blobs: BlobStore;
  readonly #nowMs: () => number;

  /** `nowMs`: milliseconds of the epoch. */
  constructor(blobs: BlobStore, nowMs: () => number) {
    this.#blobs = blobs;
    this.#nowMs = nowMs;
  }

  /** Throws `conflict` where there is one of this name. */
  async create(name: string, quota: Quota): Promise<TenantRecord> {
    checkTenantName(name);
    const record: TenantRecord = { version: 1, name, quota, keys: [], createdAt: this.#now() };
    const { kind } = await this.#blobs.put(tenantBlob(name), encodeTenant(record), { ifMatch: null });
    if (kind === 'written') return record;
    throw new ServiceError('conflict', 'tenant: there is one of this name, or its deletion has not ended', {
      field: 'tenant',
    });
  }

  /** Undefined where there is none, or none any more. */
  async find(name: string): Promise<TenantRecord | undefined> {
    const record = (await this.#read(name))?.record;
    return record?.deletedAt === undefined ? record : undefined;
  }

  /** The same, but throws `not-found`. */
  async get(name: string): Promise<TenantRecord> {
    return (await this.find(name)) ?? refuse('tenant');
  }

  /** All tenants, also those whose deletion was cut off. Damaged records are left out, and named to `onDamaged`. */
  async *list(onDamaged?: (blob: string) => void): AsyncIterable<TenantRecord> {
    for await (const blob of this.#blobs.list('tenants/')) {
      const found = await this.#blobs.get(blob, { bytesMax: recordBytesMax }).catch(tooLarge);
      if (found === undefined) continue;
      const record = found === 'too large' ? undefined : decodeTenant(found.bytes);
      if (record !== undefined && tenantBlob(record.name) === blob) yield record;
      else onDamaged?.(blob);
    }
  }

  setQuota(name: string, change: (quota: Quota) => Quota): Promise<TenantRecord> {
    return this.#update(name, (record) => ({ ...record, quota: change(record.quota) }));
  }

  /**
   * Ends all its keys and tokens at once, then removes them and the record. May be called again after it was cut off.
   * Returns what it was.
   */
  async delete(name: string): Promise<TenantRecord> {
    const found = (await this.#read(name))?.record ?? refuse('tenant');
    const ended =
      found.deletedAt === undefined
        ? await this.#update(name, (record) => ({ ...record, deletedAt: this.#now() }))
        : found;
    for (const { id } of ended.keys) await this.#blobs.delete(keyBlob(id));
    await this.#blobs.delete(tenantBlob(name));
    return ended;
  }

  async createKey(tenant: string, asked: NewKey): Promise<MadeKey> {
    return await this.#addKey(tenant, () => ({ asked }));
  }

  /**
   * A new key that may do what the old one may; that one goes on for `graceMs`. Throws `conflict` for a key that has
   * ended.
   */
  async rotateKey(tenant: string, id: string, { graceMs }: { readonly graceMs: number }): Promise<MadeKey> {
    return await this.#addKey(tenant, (record) => {
      const old = keyOf(record, id);
      const nowMs = this.#nowMs();
      if (!isUsable(old, nowMs))
        throw new ServiceError('conflict', 'key: it has ended; create a new one', { field: 'key' });
      const oldEndMs = old.expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(old.expiresAt);
      const life = Number.isFinite(oldEndMs) ? oldEndMs - Date.parse(old.createdAt) : undefined;
      const expiresAt = new Date(Math.min(oldEndMs, nowMs + graceMs)).toISOString();
      return {
        asked: { name: old.name, scopes: old.scopes, expiresAtMs: life === undefined ? undefined : nowMs + life },
        rotated: { ...old, expiresAt },
      };
    });
  }

  /** Ends a key; for one that is revoked already nothing changes. */
  async revokeKey(tenant: string, id: string): Promise<KeyRecord> {
    const changed = await this.#update(tenant, (record) => {
      const old = keyOf(record, id);
      return replaceKey(record, { ...old, revokedAt: old.revokedAt ?? this.#now() });
    });
    return keyOf(changed, id);
  }

  /** The key and its tenant, whatever state the key is in; undefined where there is none. */
  async findKey(id: string): Promise<{ readonly tenant: TenantRecord; readonly key: KeyRecord } | undefined> {
    const blob = await this.#blobs.get(keyBlob(id), { bytesMax: pointerBytesMax });
    const pointer = blob === undefined ? undefined : decodePointer(blob.bytes);
    if (pointer?.key !== id) return undefined;
    const tenant = await this.find(pointer.tenant);
    const key = tenant?.keys.find((each) => each.id === id);
    return tenant === undefined || key === undefined ? undefined : { tenant, key };
  }

  async #addKey(
    tenant: string,
    plan: (record: TenantRecord) => { readonly asked: NewKey; readonly rotated?: KeyRecord },
  ): Promise<MadeKey> {
    await this.get(tenant);
    const made = makeKey();
    // The pointer first: alone it opens nothing, and a listed key always has one.
    await this.#blobs.put(keyBlob(made.id), encodePointer({ version: 1, key: made.id, tenant }), { ifMatch: null });
    try {
      const changed = await this.#update(tenant, (record) => {
        const { asked, rotated } = plan(record);
        const kept = rotated === undefined ? record : replaceKey(record, rotated);
        return this.#withKey(kept, {
          id: made.id,
          digest: secretDigest(made.secret),
          name: asked.name,
          scopes: [...new Set(asked.scopes)],
          createdAt: this.#now(),
          ...(asked.expiresAtMs === undefined ? {} : { expiresAt: new Date(asked.expiresAtMs).toISOString() }),
          ...(rotated === undefined ? {} : { rotatedFrom: rotated.id }),
        });
      });
      return { record: keyOf(changed, made.id), text: keyText(made) };
    } catch (thrown) {
      if (thrown instanceof ServiceError && thrown.code !== 'unavailable' && thrown.code !== 'deadline') {
        await this.#blobs.delete(keyBlob(made.id));
      }
      throw thrown;
    }
  }

  #withKey(record: TenantRecord, key: KeyRecord): TenantRecord {
    const oldestMs = this.#nowMs() - endedKeyMs;
    const keys = record.keys.filter(({ revokedAt, expiresAt }) =>
      [revokedAt, expiresAt].every((end) => end === undefined || Date.parse(end) > oldestMs),
    );
    if (keys.length < keysMax) return { ...record, keys: [...keys, key] };
    throw new ServiceError('overloaded', `key: a tenant has at most ${keysMax}, with those that ended in 30 days`, {
      field: 'key',
    });
  }

  async #update(name: string, change: (record: TenantRecord) => TenantRecord): Promise<TenantRecord> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const found = await this.#read(name);
      if (found === undefined || found.record.deletedAt !== undefined) return refuse('tenant');
      const changed = change(found.record);
      const put = await this.#blobs.put(tenantBlob(name), encodeTenant(changed), { ifMatch: found.etag });
      if (put.kind === 'written') return changed;
    }
    throw new ServiceError('overloaded', 'tenant: too many changes at once; try again', { field: 'tenant' });
  }

  async #read(name: string) {
    checkTenantName(name);
    const blob = await this.#blobs.get(tenantBlob(name), { bytesMax: recordBytesMax });
    if (blob === undefined) return undefined;
    const record = decodeTenant(blob.bytes);
    // Never taken for absent: somebody would make a new one over it.
    if (record?.name !== name) throw new ServiceError('internal', 'tenant: its record is damaged');
    return { record, etag: blob.etag };
  }

  #now(): string {
    return new Date(this.#nowMs()).toISOString();
  }
}

function tenantBlob(name: string): string {
  return `tenants/${shortDigest(name)}.json`;
}

function keyBlob(id: string): string {
  return `keys/${shortDigest(id)}.json`;
}

function keyOf({ keys }: TenantRecord, id: string): KeyRecord {
  return keys.find((key) => key.id === id) ?? refuse('key');
}

function replaceKey(record: TenantRecord, key: KeyRecord): TenantRecord {
  return { ...record, keys: record.keys.map((each) => (each.id === key.id ? key : each)) };
}

function tooLarge(thrown: unknown): 'too large' {
  if (thrown instanceof ServiceError && thrown.code === 'overloaded' && thrown.field === 'blob') return 'too large';
  throw thrown;
}

function refuse(what: 'tenant' | 'key'): never {
  throw new ServiceError('not-found', `${what}: there is none of this name`, { field: what });
}
