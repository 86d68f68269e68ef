import { scopes } from '@instgenie/tenants';
import { z } from 'zod';

export const editsMax = 100;
const countMax = 10;
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const owner = z.string().regex(/^[0-9a-f]{32}$/);
const id = z.string().regex(/^[0-9a-f]{32}$/);
const count = z.number().int().min(0);
const timeMs = z.number().min(0);
const version = z.literal(1);

/** What a job is, in short: written when everything else of it is, so with it the job is taken. */
export const orderRecord = z.strictObject({
  version,
  id,
  tenant: z.string(),
  requestId: z.string(),
  edits: z.number().int().min(1).max(editsMax),
  webhookUrl: z.string().optional(),
  createdAtMs: timeMs,
  expiresAtMs: timeMs,
});
export type OrderRecord = Readonly<z.output<typeof orderRecord>>;

/** An edit of a job; files of pictures and masks are kept beside it, by their SHA-256. */
export const storedEdit = z.strictObject({
  source: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('template'), id: z.string() }),
    z.strictObject({ kind: z.literal('inline'), sha256: digest }),
  ]),
  model: z.string().optional(),
  mask: digest.optional(),
  maskMode: z.enum(['auto', 'white', 'black', 'alpha']),
  grow: count,
  feather: count,
  prompt: z.string(),
  seed: count.optional(),
  steps: count.optional(),
  guidance: z.number().optional(),
  strength: z.number(),
  count: z.number().int().min(1).max(countMax),
  priority: z.enum(['interactive', 'normal', 'batch']),
  deadlineMs: z.number().positive(),
  format: z.enum(['png', 'jpeg', 'webp']),
  size: z.strictObject({ width: count, height: count }).optional(),
  isDense: z.boolean(),
  mustBeWarm: z.boolean(),
  explain: z.boolean(),
});
export type StoredEdit = Readonly<z.output<typeof storedEdit>>;

/** What a job asks for, and for whom. Prompts are here and nowhere else. */
export const editsRecord = z.strictObject({
  version,
  caller: z.strictObject({
    keyId: z.string().optional(),
    scopes: z.array(z.enum(scopes)),
    quota: z.strictObject({
      maskedTokenStepsPerMinute: z.number().optional(),
      editsAtOnce: z.number().optional(),
      activationBytes: z.number().optional(),
      templates: z.number().optional(),
    }),
  }),
  edits: z.array(storedEdit).min(1).max(editsMax),
});
export type EditsRecord = Readonly<z.output<typeof editsRecord>>;

const facts = z.strictObject({
  requestId: z.string(),
  templateId: z.string(),
  model: z.string(),
  maskRatio: z.number(),
  maskedTokens: count,
  tokens: count,
  steps: count,
  warnings: z.array(z.string()),
});

const picture = z.strictObject({
  sha256: digest,
  width: count,
  height: count,
  seed: count,
  cache: z.enum(['hit', 'partial', 'miss', 'dense']),
  times: z.strictObject({
    gatewayMs: z.number(),
    prepareMs: z.number(),
    queueMs: z.number(),
    denoiseMs: z.number(),
    decodeMs: z.number(),
    totalMs: z.number(),
  }),
  worker: z.string(),
  moves: count,
  isMixed: z.boolean(),
  scores: z.array(
    z.strictObject({
      worker: z.string(),
      predictedMs: z.number().optional(),
      queueMs: z.number(),
      computeMs: z.number(),
      loadMs: z.number(),
      tier: z.string(),
      leftOut: z.string(),
    }),
  ),
});
export type StoredPicture = Readonly<z.output<typeof picture>>;

const codes = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'unsupported',
  'overloaded',
  'unavailable',
  'cancelled',
  'deadline',
  'internal',
] as const;

/** What became of an edit. */
export const itemOutcome = z.strictObject({
  version,
  state: z.enum(['done', 'failed', 'cancelled']),
  stepsDone: count,
  stepsTotal: count,
  facts: facts.optional(),
  pictures: z.array(picture).max(countMax),
  failure: z.strictObject({ code: z.enum(codes), message: z.string(), field: z.string().optional() }).optional(),
});
export type ItemOutcome = Readonly<z.output<typeof itemOutcome>>;

/** What became of a job, with all its edits. */
export const endRecord = z.strictObject({
  version,
  state: z.enum(['done', 'failed', 'cancelled']),
  endedAtMs: timeMs,
  items: z.array(itemOutcome).min(1).max(editsMax),
});
export type EndRecord = Readonly<z.output<typeof endRecord>>;

export const cancelRecord = z.strictObject({ version, atMs: timeMs });

/** What became of the webhook. */
export const webhookRecord = z.strictObject({ version, isDelivered: z.boolean(), atMs: timeMs });

/** Which job a request id stands for, and a digest of what was asked with it. */
export const requestRecord = z.strictObject({
  version,
  id,
  digest,
  createdAtMs: timeMs,
  /** From then on it may stand for another one. */
  lapsesAtMs: timeMs,
});
export type RequestRecord = Readonly<z.output<typeof requestRecord>>;

/** What is to be deleted at a time. */
export const expiryRecord = z.strictObject({ version, owner, id, request: digest });
export type ExpiryRecord = Readonly<z.output<typeof expiryRecord>>;
