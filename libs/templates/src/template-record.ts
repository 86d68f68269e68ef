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

export const templateRecord = z.strictObject({
  version: z.literal(2),
  id: z.custom<TemplateId>((value) => typeof value === 'string' && isTemplateId(value)),
  tenant: text.max(200),
  name: text.max(200),
  source: z.strictObject({
    sha256: digest,
    bytes: z.number().int().positive(),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
  }),
  /** How it is primed. Undefined: the model's default. */
  steps: z.number().int().min(1).max(1000).optional(),
  guidance: z.number().min(0).max(1000).optional(),
  prompt: text.max(32_000),
  noiseSeed: z.number().int().min(0),
  /** How its activations are kept. */
  storage: z.enum(storageTypes),
  keepEvery: z.number().int().min(1).max(1000),
  isPinned: z.boolean(),
  /** Its variants that were made so far, on this deployment: they count against the tenant's quota. */
  variants: z.array(z.strictObject({ key: digest, bytes: z.number().int().positive() })).max(1000),
  createdAt: z.iso.datetime(),
});

/** What is known of a template. Its truth is the blob store. */
export type TemplateRecord = Readonly<z.infer<typeof templateRecord>>;

/** What a template is made from; everything here decides its id. */
export type NewTemplate = Pick<TemplateRecord, 'tenant' | 'source' | 'prompt' | 'noiseSeed' | 'storage' | 'keepEvery'> &
  Partial<Pick<TemplateRecord, 'steps' | 'guidance'>> & { readonly name: string };
