import { type BlobStore, deleteContent, getContent, putContent } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import {
  checkedRecord,
  decodeRecord,
  encodeRecord,
  recordBytesMax,
  recordName,
  templateId,
  tenantPrefix,
} from './record-file.ts';
import { TemplateGrants } from './template-grants.ts';
import {
  grantsMax,
  isTemplateId,
  type NewTemplate,
  type TemplateChange,
  type TemplateRecord,
} from './template-record.ts';

/** More than any source may have. */
const pictureBytesMax = 2 ** 28;
/** Each attempt that fails is another writer's change that was made, so this is how many may come between. */
const attemptsMax = 64;
/** Pictures that are in memory while it is made sure that nobody uses them. */
const heldBytesMax = 64 * 1024 ** 2;
/** Records that are read at once. */
const readsMax = 16;

/** The templates of tenants, kept as records in a blob store. Tenants do not see each other's. */
export class TemplateLibrary {
  readonly #blobs: BlobStore;
  readonly #now: () => Date;
  readonly #grants: TemplateGrants;

  constructor(blobs: BlobStore, now: () => Date) {
    this.#blobs = blobs;
    this.#now = now;
    this.#grants = new TemplateGrants(blobs);
  }

  /** Adds a template; the same picture with the same settings is the same template, whose first name stays. */
  async add(template: NewTemplate): Promise<TemplateRecord> {
    const id = templateId(template);
    const createdAt = this.#now().toISOString();
    const empty = { isPinned: false, isInline: false, grantedTo: [], variants: [] };
    const made = checkedRecord({ version: 3, ...empty, ...template, id, createdAt });
    const put = await this.#blobs.put(recordName(template.tenant, id), encodeRecord(made), { ifMatch: null });
    return put.kind === 'written' ? made : await this.get(template.tenant, id);
  }

  /** Throws `not-found` for an id that the tenant does not have. */
  async get(tenant: string, id: string): Promise<TemplateRecord> {
    return (await this.#read(tenant, id)).record;
  }

  /**
   * A template that the tenant has, or that was granted to it. Throws `not-found` for any other id, and reads the same
   * blobs whether it is another tenant's or nobody's.
   */
  async find(tenant: string, id: string): Promise<TemplateRecord> {
    if (!isTemplateId(id)) throw notFound();
    const own = await this.#readOwn(tenant, id);
    if (own !== undefined) return own.record;
    const owner = await this.#grants.ownerOf(tenant, id);
    const granted = owner === undefined ? undefined : await this.#readOwn(owner, id);
    if (granted === undefined || !granted.record.grantedTo.includes(tenant)) throw notFound();
    return granted.record;
  }

  /** The tenant's own templates by id. Damaged records are left out, and named to `onDamaged`. */
  list(tenant: string, onDamaged?: (name: string) => void): AsyncIterable<TemplateRecord> {
    return this.#records(tenantPrefix(tenant), onDamaged);
  }

  /** All templates of all tenants. */
  listAll(onDamaged?: (name: string) => void): AsyncIterable<TemplateRecord> {
    return this.#records('templates/', onDamaged);
  }

  /** A template by its id alone, whoever has it: for those who operate a deployment. Undefined where there is none. */
  async locate(id: string): Promise<TemplateRecord | undefined> {
    if (!isTemplateId(id)) return undefined;
    for await (const name of this.#blobs.list('templates/')) {
      const record = name.endsWith(`/${id}.json`) ? await this.#readNamed(name) : undefined;
      if (record !== undefined && record !== 'damaged') return record;
    }
    return undefined;
  }

  /** Templates of the tenant whose ids come after `after`, `size` of them at most, and whether there are more. */
  async page(
    tenant: string,
    { after, size }: { readonly after: string; readonly size: number },
  ): Promise<{ readonly records: readonly TemplateRecord[]; readonly hasMore: boolean }> {
    const records: TemplateRecord[] = [];
    const names = this.#namesAfter(tenant, after);
    for await (const record of this.#readAll(names)) {
      if (records.length === size) return { records, hasMore: true };
      records.push(record);
    }
    return { records, hasMore: false };
  }

  /** How many templates the tenant has, counted up to `most`. */
  async count(tenant: string, most: number): Promise<number> {
    let count = 0;
    for await (const _ of this.#blobs.list(tenantPrefix(tenant))) if (++count >= most) break;
    return count;
  }

  /** Lets another tenant find a template, or takes that back. Throws `invalid` above 100 tenants. */
  async grant(
    { tenant, id }: { readonly tenant: string; readonly id: string },
    { to, isGranted }: { readonly to: string; readonly isGranted: boolean },
  ): Promise<TemplateRecord> {
    const record = await this.update({ tenant, id }, (known) => {
      const others = known.grantedTo.filter((name) => name !== to);
      if (isGranted && others.length >= grantsMax) {
        throw new ServiceError('invalid', `tenant: a template is granted to at most ${grantsMax} tenants`, {
          field: 'tenant',
        });
      }
      return { ...known, grantedTo: isGranted ? [...others, to] : others };
    });
    if (isGranted) await this.#grants.put(to, record.id, tenant);
    else await this.#grants.delete(to, record.id);
    return record;
  }

  /** Changes a record; changes that others make at the same time are not lost. Nothing is written where `change` returns it. */
  async update(
    { tenant, id }: { readonly tenant: string; readonly id: string },
    change: (record: TemplateRecord) => TemplateChange,
  ): Promise<TemplateRecord> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const { record, etag } = await this.#read(tenant, id);
      const next = change(record);
      if (next === record) return record;
      const made = { ...record, ...changeOf(next) };
      const changed = checkedRecord(made);
      const put = await this.#blobs.put(recordName(tenant, record.id), encodeRecord(changed), { ifMatch: etag });
      if (put.kind === 'written') return changed;
    }
    throw new ServiceError('overloaded', 'template: too many changes at once; try again', { field: 'template' });
  }

  /** Throws `not-found` for an id that the tenant does not have. */
  async remove(tenant: string, id: string): Promise<TemplateRecord> {
    const record = await this.get(tenant, id);
    await this.#blobs.delete(recordName(tenant, record.id));
    for (const granted of record.grantedTo) await this.#grants.delete(granted, record.id);
    return record;
  }

  /** Bytes of all variants of a tenant's templates; one that several have counts once. */
  async usedBytes(tenant: string): Promise<number> {
    const known = new Map<string, number>();
    for await (const { variants } of this.list(tenant)) for (const { key, bytes } of variants) known.set(key, bytes);
    return [...known.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Those of some variants that no template of the tenant has. */
  async unusedVariants(tenant: string, keys: readonly string[]): Promise<readonly string[]> {
    const unused = new Set(keys);
    if (unused.size === 0) return [];
    for await (const { variants } of this.list(tenant)) for (const { key } of variants) unused.delete(key);
    return [...unused];
  }

  /** Deletes a picture unless a template uses it, of whichever tenant. Returns whether it is gone. */
  async removePicture(sha256: string): Promise<boolean> {
    return (await this.removePictures([sha256])).length > 0;
  }

  /**
   * Deletes those of some pictures that no template uses, of whichever tenant, and returns them. None where a record
   * cannot be read, which may use any: `onDamaged` hears of it.
   */
  async removePictures(
    digests: Iterable<string>,
    onDamaged: (name: string) => void = () => undefined,
  ): Promise<readonly string[]> {
    const removed: string[] = [];
    const held = new Map<string, Uint8Array>();
    let heldBytes = 0;
    for (const sha256 of await this.#unusedOf(digests, onDamaged)) {
      const bytes = await getContent(this.#blobs, sha256, { bytesMax: pictureBytesMax }).catch(() => undefined);
      await deleteContent(this.#blobs, sha256);
      held.set(sha256, bytes ?? new Uint8Array());
      heldBytes += bytes?.length ?? 0;
      if (heldBytes < heldBytesMax) continue;
      removed.push(...(await this.#restoreUsed(held, onDamaged)));
      held.clear();
      heldBytes = 0;
    }
    return [...removed, ...(await this.#restoreUsed(held, onDamaged))];
  }

  /** Somebody may have added a template of a picture while it was deleted, and found it there. Returns the others. */
  async #restoreUsed(
    deleted: ReadonlyMap<string, Uint8Array>,
    onDamaged: (name: string) => void,
  ): Promise<readonly string[]> {
    const unused = await this.#unusedOf(deleted.keys(), onDamaged);
    for (const [sha256, bytes] of deleted) {
      if (!unused.has(sha256) && bytes.length > 0) await putContent(this.#blobs, bytes);
    }
    return [...unused];
  }

  async #unusedOf(digests: Iterable<string>, onDamaged: (name: string) => void): Promise<ReadonlySet<string>> {
    const unused = new Set(digests);
    if (unused.size === 0) return unused;
    let isReadable = true;
    const onUnreadable = (name: string) => {
      isReadable = false;
      onDamaged(name);
    };
    for await (const { source } of this.listAll(onUnreadable)) {
      unused.delete(source.sha256);
      if (unused.size === 0 || !isReadable) break;
    }
    return isReadable ? unused : new Set();
  }

  #records(prefix: string, onDamaged?: (name: string) => void): AsyncIterable<TemplateRecord> {
    return this.#readAll(this.#blobs.list(prefix), onDamaged);
  }

  async *#namesAfter(tenant: string, after: string): AsyncIterable<string> {
    const last = `${tenantPrefix(tenant)}${after}.json`;
    for await (const name of this.#blobs.list(tenantPrefix(tenant))) if (after === '' || name > last) yield name;
  }

  /** In their order, some read ahead. */
  async *#readAll(names: AsyncIterable<string>, onDamaged?: (name: string) => void): AsyncIterable<TemplateRecord> {
    for await (const batch of batches(names, readsMax)) {
      const found = await Promise.all(batch.map((name) => this.#readNamed(name)));
      for (const [at, record] of found.entries()) {
        if (record === 'damaged') onDamaged?.(batch[at] ?? '');
        else if (record !== undefined) yield record;
      }
    }
  }

  /** Undefined: removed since it was listed. */
  async #readNamed(name: string): Promise<TemplateRecord | 'damaged' | undefined> {
    const found = await this.#blobs.get(name, { bytesMax: recordBytesMax }).catch(tooLarge);
    if (found === undefined) return undefined;
    const record = found === 'too large' ? undefined : decodeRecord(found.bytes);
    return record !== undefined && name === recordName(record.tenant, record.id) ? record : 'damaged';
  }

  async #read(tenant: string, id: string) {
    const found = await this.#readOwn(tenant, id);
    if (found === undefined) throw notFound();
    return found;
  }

  async #readOwn(tenant: string, id: string) {
    if (!isTemplateId(id)) return undefined;
    const blob = await this.#blobs.get(recordName(tenant, id), { bytesMax: recordBytesMax });
    const record = blob === undefined ? undefined : decodeRecord(blob.bytes);
    if (blob === undefined || record?.id !== id || record.tenant !== tenant) return undefined;
    return { record, etag: blob.etag };
  }
}

/** What is not for change stays as it was. */
function changeOf({
  name,
  isPinned,
  isInline,
  grantedTo,
  variants,
  ttlMs,
  lastUsedAt,
}: TemplateChange): TemplateChange {
  const times = { ...(ttlMs === undefined ? {} : { ttlMs }), ...(lastUsedAt === undefined ? {} : { lastUsedAt }) };
  return { name, isPinned, isInline, grantedTo, variants, ...times };
}

async function* batches<Item>(items: AsyncIterable<Item>, size: number): AsyncIterable<readonly Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function notFound(): ServiceError {
  return new ServiceError('not-found', 'template: there is none with this id', { field: 'template' });
}

function tooLarge(thrown: unknown): 'too large' {
  if (thrown instanceof ServiceError && thrown.code === 'overloaded' && thrown.field === 'blob') return 'too large';
  throw thrown;
}
