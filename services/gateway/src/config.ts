import { addressText, byteCount, modelName } from '@instgenie/config';
import { z } from 'zod';

const mib = 1024 ** 2;
const dayMs = 86_400_000;
const milliseconds = z.number().int().min(1).max(dayMs);
const tls = z.strictObject({ certFile: z.string(), keyFile: z.string(), caFile: z.string().optional() });
const clientTls = tls.extend({
  serverName: z.string().optional().describe('The name in their certificates, where they are called by addresses.'),
});

/** A gateway's settings, as its file has them. */
export const gatewayConfig = z.strictObject({
  id: modelName.default('gateway').describe('Its name; no other gateway has it.'),
  listen: addressText.default('127.0.0.1:7080').describe('Where it serves gRPC.'),
  http: addressText.default('127.0.0.1:8080').describe('Where it serves HTTP: the OpenAI shape, jobs, the console.'),
  ops: addressText.default('127.0.0.1:9080').describe('Where it serves /healthz, /readyz and /metrics.'),
  tls: tls.optional().describe('Of gRPC and HTTP; with a caFile clients must show a certificate that it signed.'),
  internalTls: clientTls.optional().describe('What it shows balancers and workers, and who signs theirs.'),
  reflection: z.boolean().default(false).describe('Tell tools such as grpcurl what there is.'),
  balancers: z.array(addressText).min(1).max(16).default(['127.0.0.1:7060']).describe('Any of them is asked.'),
  models: z
    .array(modelName)
    .max(256)
    .default([])
    .describe('Whose workers may all be away: the gateway is ready without any, and jobs for them wait.'),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('What addresses of results begin with; the Host that callers name without it.'),
  aliases: z
    .record(z.string().min(1).max(128), modelName)
    .default({})
    .describe('Names that callers say for models, such as gpt-image-1; `*` stands for any unknown one.'),
  canary: z
    .array(
      z
        .strictObject({
          model: modelName.describe('What edits ask for.'),
          to: modelName.describe('What a share of them runs on.'),
          share: z.number().min(0).max(1).describe("Of the model's templates."),
        })
        .refine(({ model, to }) => model !== to, 'a model is no canary of itself'),
    )
    .max(64)
    .refine((all) => new Set(all.map(({ model }) => model)).size === all.length, 'a model has one canary at most')
    .default([])
    .describe('Versions of models that a share of the templates is edited with.'),
  blobs: z.string().min(1).describe('Where templates, results, keys and usage are: a folder, file:// or s3://.'),
  redis: z.string().optional().describe('redis:// or rediss:// of the queue of jobs. Without it there are no jobs.'),
  auth: z
    .strictObject({
      mode: z.enum(['none', 'required']).default('required').describe('none: everybody is the tenant `default`.'),
      jwt: z
        .strictObject({
          jwks: z.string().describe('URL or file of the keys.'),
          issuer: z.string(),
          audience: z.string(),
          tenantClaim: z.string().default('tenant'),
          scopeClaim: z.string().default('scope'),
        })
        .optional(),
      keyCacheMs: milliseconds.default(10_000).describe('A revoked key is refused after so long at the latest.'),
    })
    .prefault({}),
  edits: z
    .strictObject({
      atOnceMax: z.number().int().min(1).max(65_536).default(1024).describe('In this gateway, in whatever stage.'),
      deadlineMs: milliseconds.default(60_000).describe('For those that set none, and at most.'),
      checkpointEvery: z.number().int().min(1).max(1000).default(4).describe('Steps from one checkpoint to the next.'),
      answersMs: milliseconds.default(600_000).describe('How long an answer is given again for its request id.'),
      answerBytesMax: byteCount.default(256 * mib).describe('Memory of such answers.'),
      orphanMs: milliseconds.default(10_000).describe('An edit goes on for so long when nobody reads its stream.'),
      mark: z.boolean().default(true).describe('Results say in their XMP that a model has edited them.'),
    })
    .prefault({}),
  pictures: z
    .strictObject({
      bytesMax: byteCount.default(32 * mib),
      maskBytesMax: byteCount.default(4 * mib),
      httpBytesMax: byteCount.default(50 * mib),
      threads: z.number().int().min(1).max(64).default(1).describe('That read pictures and masks.'),
    })
    .prefault({}),
  templates: z
    .strictObject({
      ttlMs: z
        .number()
        .int()
        .min(60_000)
        .default(365 * dayMs)
        .describe('Deleted after so long without an edit.'),
      inlineTtlMs: z
        .number()
        .int()
        .min(60_000)
        .default(7 * dayMs)
        .describe('The same for pictures that came with an edit.'),
    })
    .prefault({}),
  jobs: z
    .strictObject({
      concurrency: z.number().int().min(1).max(256).default(4).describe('Edits of jobs that run at once.'),
      waitingMax: z.number().int().min(1).max(1_000_000).default(10_000).describe('Edits of jobs that wait.'),
      waitingPerTenantMax: z.number().int().min(1).max(1_000_000).default(1000).describe('Of those, of one tenant.'),
      webhookHttp: z
        .boolean()
        .default(false)
        .describe('Webhooks may be http and on private addresses: for development.'),
      webhookSecretFile: z.string().optional().describe('What webhooks are signed with; without it there are none.'),
    })
    .prefault({}),
  moderation: z
    .strictObject({
      url: z.url().describe('Asked before an edit, and after it with the result.'),
      onFailure: z.enum(['open', 'closed']).default('closed').describe('Whether edits go on while it does not answer.'),
      timeoutMs: milliseconds.default(2000),
      sendPictures: z.boolean().default(false).describe('Send results themselves, and not only their digest.'),
    })
    .optional(),
  console: z.boolean().default(true).describe('Serve the console page.'),
  traces: z
    .strictObject({
      endpoint: z.url().optional().describe('OTLP over HTTP, such as http://collector:4318/v1/traces.'),
      editShare: z.number().min(0).max(1).default(1).describe('Of edits whose caller does not trace.'),
    })
    .prefault({}),
  log: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  drainMs: milliseconds.default(30_000).describe('After SIGTERM calls may end in this time.'),
});

export type GatewayConfig = z.output<typeof gatewayConfig>;
