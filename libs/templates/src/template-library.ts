import { createHash } from 'node:crypto';
import { type BlobStore, deleteContent, getContent, putContent } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import {
  isTemplateId,
  type NewTemplate,
  type TemplateId,
  type TemplateRecord,
  templateRecord,
} from './template-record.ts';

const recordBytesMax = 256 * 1024;
/** More than any source may have. */
const pictureBytesMax = 2 ** 28;
/** Each attempt that fails is another writer's change that was made, so this is how many may come between. */
const attemptsMax = 64;

/** The templates of tenants, kept as records in a blob store. Tenants do not see each other's. */
export class TemplateLibrary {
  readonly #blobs: BlobStore;
  readonly #now: () => Date;

  constructor(blobs: BlobStore, now: () => Date) {
    this.#blobs = blobs;
    this.#now = now;
  }

  /** Adds a template; the same picture with the same settings is the same template, whose first name stays. */
  async add(template: NewTemplate): Promise<TemplateRecord> {
    const id = templateId(template);
    const createdAt = this.#now().toISOString();
    const made = checkedRecord({ version: 2, ...template, id, isPinned: false, variants: [], createdAt });
    const put = await this.#blobs.put(recordName(template.tenant, id), encode(made), { ifMatch: null });
    return put.kind === 'written' ? made : await this.get(template.tenant, id);
  }

  /** Throws `not-found` for an id that the tenant does not have. */
  async get(tenant: string, id: string): Promise<TemplateRecord> {
    return (await this.#read(tenant, id)).record;
  }

  /** The tenant's templates by id. Damaged records are left out, and named to `onDamaged`. */
  async *list(tenant: string, onDamaged?: (name: string) => void): AsyncIterable<TemplateRecord> {
    for await (const name of this.#blobs.list(tenantPrefix(tenant))) {
      const found = await this.#blobs.get(name, { bytesMax: recordBytesMax }).catch(tooLarge);
      // Removed since it was listed.
      if (found === undefined) continue;
      const record = found === 'too large' ? undefined : decode(found.bytes);
      if (record !== undefined && record.tenant === tenant && name === recordName(tenant, record.id)) yield record;
      else onDamaged?.(name);
    }
  }

  /** Changes a record; changes that others make at the same time are not lost. */
  async update(
    { tenant, id }: { readonly tenant: string; readonly id: string },
    change: (record: TemplateRecord) => Pick<TemplateRecord, 'name' | 'isPinned' | 'variants'>,
  ): Promise<TemplateRecord> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const { record, etag } = await this.#read(tenant, id);
      const { name, isPinned, variants } = change(record);
      const changed = checkedRecord({ ...record, name, isPinned, variants });
      const put = await this.#blobs.put(recordName(tenant, record.id), encode(changed), { ifMatch: etag });
      if (put.kind === 'written') return changed;
    }
    throw new ServiceError('overloaded', 'template: too many changes at once; try again', { field: 'template' });
  }

  /** Throws `not-found` for an id that the tenant does not have. */
  async remove(tenant: string, id: string): Promise<TemplateRecord> {
    const record = await this.get(tenant, id);
    await this.#blobs.delete(recordName(tenant, record.id));
    return record;
  }

  /** Bytes of all variants of a tenant's templates. */
  async usedBytes(tenant: string): Promise<number> {
    let used = 0;
    for await (const { variants } of this.list(tenant)) used += variants.reduce((sum, { bytes }) => sum + bytes, 0);
    return used;
  }

  /** Deletes a picture unless a template uses it, of whichever tenant. Returns whether it is gone. */
  async removePicture(sha256: string): Promise<boolean> {
    if (await this.#isUsed(sha256)) return false;
    const bytes = await getContent(this.#blobs, sha256, { bytesMax: pictureBytesMax }).catch(() => undefined);
    await deleteContent(this.#blobs, sha256);
    // Somebody may have added a template of it meanwhile, and found it there.
    if (bytes === undefined || !(await this.#isUsed(sha256))) return true;
    await putContent(this.#blobs, bytes);
    return false;
  }

  async #isUsed(sha256: string): Promise<boolean> {
    for await (const name of this.#blobs.list('templates/')) {
      const found = await this.#blobs.get(name, { bytesMax: recordBytesMax }).catch(tooLarge);
      if (found === undefined) continue;
      // What cannot be read may use it.
      const record = found === 'too large' ? undefined : decode(found.bytes);
      if (record === undefined || record.source.sha256 === sha256) return true;
    }
    return false;
  }

  async #read(tenant: string, id: string) {
    const blob = isTemplateId(id)
      ? await this.#blobs.get(recordName(tenant, id), { bytesMax: recordBytesMax })
      : undefined;
    const record = blob === undefined ? undefined : decode(blob.bytes);
    if (blob === undefined || record?.id !== id || record.tenant !== tenant) {
      throw new ServiceError('not-found', 'template: there is none with this id', { field: 'template' });
    }
    return { record, etag: blob.etag };
  }
}

/** Every field with its name and length, so that no two templates read alike. */
function templateId({
  tenant,
  source,
  prompt,
  noiseSeed,
  storage,
  keepEvery,
  steps,
  guidance,
}: NewTemplate): TemplateId {
  const hash = createHash('sha256');
  const parts = { tenant, picture: source.sha256, prompt, noiseSeed, storage, keepEvery, steps, guidance };
  for (const [name, value] of Object.entries(parts)) {
    const bytes = Buffer.from(String(value ?? 'default'));
    hash.update(`${name}:${bytes.length}:`).update(bytes);
  }
  const id = hash.digest('hex').slice(0, 24);
  if (!isTemplateId(id)) throw new RangeError('a digest is an id');
  return id;
}

/** A tenant's name never becomes part of a path: its digest does. */
function tenantPrefix(tenant: string): string {
  return `templates/${createHash('sha256').update(tenant).digest('hex').slice(0, 32)}/`;
}

function recordName(tenant: string, id: TemplateId): string {
  return `${tenantPrefix(tenant)}${id}.json`;
}

function encode(record: TemplateRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

function decode(bytes: Uint8Array): TemplateRecord | undefined {
  try {
    return templateRecord.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}

/** Throws `invalid`, naming the first field that is out of its range. */
function checkedRecord(made: unknown): TemplateRecord {
  const checked = templateRecord.safeParse(made);
  if (!checked.success) throw invalidTemplate(checked.error.issues[0]?.path.join('.') ?? 'template');
  return checked.data;
}

function tooLarge(thrown: unknown): 'too large' {
  if (thrown instanceof ServiceError && thrown.code === 'overloaded' && thrown.field === 'blob') return 'too large';
  throw thrown;
}

function invalidTemplate(field: string): ServiceError {
  return new ServiceError('invalid', `template: ${field} is out of its range`, { field });
}
