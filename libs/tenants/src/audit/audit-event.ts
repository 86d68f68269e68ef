import { z } from 'zod';

/** What is written down of those who act. */
export const auditActions = [
  'tenant.created',
  'tenant.changed',
  'tenant.deleted',
  'key.created',
  'key.rotated',
  'key.revoked',
  'template.created',
  'template.deleted',
  'template.granted',
  'template.ungranted',
  'template.primed',
  'job.submitted',
  'job.cancelled',
  'edit.ended',
  'audit.lost',
] as const;

const count = z.number().int().min(0);
const word = z.string().max(200);

/** Named one by one, so that no prompt and no picture can get in. */
const auditFacts = z.strictObject({
  template: word.optional(),
  model: word.optional(),
  /** The tenant that something is granted to. */
  to: word.optional(),
  maskRatio: z.number().min(0).max(1).optional(),
  maskedTokenSteps: count.optional(),
  pictures: count.optional(),
  /** How many a job has, or how many lines were lost. */
  count: count.optional(),
  ending: z.enum(['done', 'unfinished']).optional(),
  scopes: word.optional(),
  expiresAt: word.optional(),
});

export const auditEvent = z.strictObject({
  action: z.enum(auditActions),
  tenant: word,
  /** `key:ID`, `token`, `operator:NAME` or `service`. */
  by: word,
  /** The id of what was acted on. */
  subject: word,
  facts: auditFacts,
});

/** Who did what. */
export type AuditEvent = Readonly<z.infer<typeof auditEvent>>;
export type AuditAction = AuditEvent['action'];

/** An event's `by` for who calls. */
export function actorOf({ keyId }: { readonly keyId: string | undefined }): string {
  return keyId === undefined ? 'token' : `key:${keyId}`;
}
