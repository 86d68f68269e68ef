import { storageTypes } from '@instgenie/domain';
import { z } from 'zod';

/** Names a template: 24 hexadecimal digits, a digest of its tenant, picture and settings. */
export type TemplateId = string & { readonly __brand: 'TemplateId' };

/** Whether a text is an id; one of another tenant is treated like one that does not exist. */
export function isTemplateId(text: string): text is TemplateId {
  return /^[0-9a-f]{24}$/.test(text);
}

/** Text that UTF-8 can write: otherwise two of them could have one digest. */
const text = z.string().refine((value) => value.isWellFormed());
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** How many variants of a template are known at most; a record with all of them fits its file. */
export const variantsMax = 500;
export const grantsMax = 100;

const variant = z.strictObject({
  key: digest,
  bytes: z.number().int().positive(),
  /** What decides, together with the engine, that edits use it: 64 hexadecimal digits. */
  route: digest.optional(),
});

const current = z.strictObject({
  version: z.literal(3),
  id: z.custom<TemplateId>((value) => typeof value === 'string' && isTemplateId(value)),
  tenant: text.max(200),
  name: text.max(200),
  source: z.strictObject({
    sha256: digest,
    bytes: z.number().int().positive(),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
  }),
  /** Which model edits it. Undefined: whoever edits it says so. */
  model: text.min(1).max(63).optional(),
  /** How it is primed. Undefined: the model's default. */
  steps: z.number().int().min(1).max(1000).optional(),
  guidance: z.number().min(0).max(1000).optional(),
  prompt: text.max(32_000),
  noiseSeed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** How its activations are kept. Undefined: as the worker keeps those of its model. */
  storage: z.enum(storageTypes).optional(),
  keepEvery: z.number().int().min(1).max(1000),
  isPinned: z.boolean(),
  /** Whether it came with an edit, and nobody has added it since. */
  isInline: z.boolean(),
  /** It is deleted after so long without an edit. Undefined: as the deployment does. */
  ttlMs: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  /** Of an edit, to the hour or better. */
  lastUsedAt: z.iso.datetime().optional(),
  /** Tenants that may edit it. */
  grantedTo: z.array(text.min(1).max(200)).max(grantsMax),
  /** Its variants that were made so far, on this deployment: they count against the tenant's quota. */
  variants: z.array(variant).max(1000),
  createdAt: z.iso.datetime(),
});

/** Before there were gateways: one tenant, no grants, nothing that expires. */
const second = current
  .omit({ model: true, isInline: true, ttlMs: true, lastUsedAt: true, grantedTo: true })
  .extend({
    version: z.literal(2),
    storage: z.enum(storageTypes),
    variants: z.array(variant.omit({ route: true })).max(1000),
  })
  .transform((record) => ({ ...record, version: 3 as const, isInline: false, grantedTo: [] }));

/** A record as it is made, and as it is read: also one that an earlier release has written. */
export const templateRecord = current;
export const storedRecord = z.union([current, second]);

/** What is known of a template. Its truth is the blob store. */
export type TemplateRecord = Readonly<z.infer<typeof templateRecord>>;

/** What a template is made from; everything but `name`, `ttlMs` and `isInline` decides its id. */
export type NewTemplate = Pick<TemplateRecord, 'tenant' | 'source' | 'prompt' | 'noiseSeed' | 'keepEvery'> &
  Partial<Pick<TemplateRecord, 'model' | 'storage' | 'steps' | 'guidance'>> & {
    readonly name: string;
    readonly ttlMs?: number;
    readonly isInline?: boolean;
  };

/** What may change of a record. */
export type TemplateChange = Pick<TemplateRecord, 'name' | 'isPinned' | 'isInline' | 'grantedTo' | 'variants'> &
  Partial<Pick<TemplateRecord, 'ttlMs' | 'lastUsedAt'>>;

/** What a template's activations take on a disk; a variant of several routes counts once. */
export function activationBytes({ variants }: Pick<TemplateRecord, 'variants'>): number {
  const byKey = new Map(variants.map(({ key, bytes }) => [key, bytes]));
  return [...byKey.values()].reduce((sum, bytes) => sum + bytes, 0);
}
