import { z } from 'zod';
import { scopes } from './caller.ts';
import { isTenantName } from './names.ts';

const count = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const time = z.iso.datetime();
/** With those that have ended lately. */
export const keysMax = 200;

const keyId = z.string().regex(/^[0-9a-f]{24}$/);

const keyRecord = z.strictObject({
  id: keyId,
  /** SHA-256 of its secret. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string().max(100),
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
  createdAt: time,
  expiresAt: time.optional(),
  revokedAt: time.optional(),
  /** The key that it takes over from. */
  rotatedFrom: keyId.optional(),
});

/** A key without its secret. */
export type KeyRecord = Readonly<z.infer<typeof keyRecord>>;

const quotaRecord = z.strictObject({
  maskedTokenStepsPerMinute: count.optional(),
  editsAtOnce: count.optional(),
  activationBytes: count.optional(),
  templates: count.optional(),
});

const tenantRecord = z.strictObject({
  version: z.literal(1),
  name: z.string().refine(isTenantName),
  quota: quotaRecord,
  /** In the record itself, so that each change of them is one conditional write. */
  keys: z.array(keyRecord).max(keysMax),
  createdAt: time,
  /** Its deletion has begun: it may do nothing any more. */
  deletedAt: time.optional(),
});

/** What is known of a tenant. Its truth is the blob store. */
export type TenantRecord = Readonly<z.infer<typeof tenantRecord>>;

const keyPointer = z.strictObject({ version: z.literal(1), key: keyId, tenant: z.string().refine(isTenantName) });

/** Says whose a key is; it never changes. */
export type KeyPointer = Readonly<z.infer<typeof keyPointer>>;

/** Undefined for bytes that are not a record. */
export const decodeTenant = (bytes: Uint8Array): TenantRecord | undefined => decoded(tenantRecord, bytes);
/** Undefined for bytes that are not a pointer. */
export const decodePointer = (bytes: Uint8Array): KeyPointer | undefined => decoded(keyPointer, bytes);

/** A record's bytes. Throws where it is not one. */
export function encodeTenant(record: TenantRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify(tenantRecord.parse(record))}\n`);
}

export function encodePointer(pointer: KeyPointer): Uint8Array {
  return Buffer.from(`${JSON.stringify(keyPointer.parse(pointer))}\n`);
}

function decoded<Record>(schema: z.ZodType<Record>, bytes: Uint8Array): Record | undefined {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}
