import { createHash } from 'node:crypto';
import { ServiceError } from '@instgenie/domain';
import {
  isTemplateId,
  type NewTemplate,
  storedRecord,
  type TemplateId,
  type TemplateRecord,
  templateRecord,
} from './template-record.ts';

/** Of a record's file. */
export const recordBytesMax = 256 * 1024;

/**
 * The id of what is made so. Every field with its name and length, so that no two templates read alike. The model is in
 * it where one is named, so that templates from before there were names keep their ids.
 */
export function templateId(
  template: Omit<NewTemplate, 'name' | 'source'> & { readonly source: { readonly sha256: string } },
): TemplateId {
  const { tenant, source, prompt, noiseSeed, storage, keepEvery, steps, guidance, model } = template;
  const hash = createHash('sha256');
  const parts = {
    tenant,
    picture: source.sha256,
    prompt,
    noiseSeed,
    storage,
    keepEvery,
    steps,
    guidance,
    ...(model === undefined ? {} : { model }),
  };
  for (const [name, value] of Object.entries(parts)) {
    const bytes = Buffer.from(String(value ?? 'default'));
    hash.update(`${name}:${bytes.length}:`).update(bytes);
  }
  const id = hash.digest('hex').slice(0, 24);
  if (!isTemplateId(id)) throw new RangeError('a digest is an id');
  return id;
}

/** A tenant's name never becomes part of a path: its digest does. */
export function tenantPrefix(tenant: string): string {
  return `templates/${tenantDigest(tenant)}/`;
}

export function recordName(tenant: string, id: TemplateId): string {
  return `${tenantPrefix(tenant)}${id}.json`;
}

export function tenantDigest(tenant: string): string {
  return createHash('sha256').update(tenant).digest('hex').slice(0, 32);
}

export function encodeRecord(record: TemplateRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

/** Undefined for what is no record. */
export function decodeRecord(bytes: Uint8Array): TemplateRecord | undefined {
  try {
    return storedRecord.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}

/** Throws `invalid`, naming the first field that is out of its range. */
export function checkedRecord(made: unknown): TemplateRecord {
  const checked = templateRecord.safeParse(made);
  if (checked.success) return checked.data;
  const field = checked.error.issues[0]?.path.join('.') ?? 'template';
  throw new ServiceError('invalid', `template: ${field} is out of its range`, { field });
}
