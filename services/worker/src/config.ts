import { hostname } from 'node:os';
import { addressText, byteCount, modelName } from '@instgenie/config';
import { storageTypes } from '@instgenie/domain';
import { z } from 'zod';

const gib = 1024 ** 3;
const share = z.number().min(0).max(1);
const milliseconds = z.number().int().min(1).max(86_400_000);

const positive = z.number().positive();

/** Plans decide bits of pictures: all workers of a model have the same profile, and other costs are another version. */
const profile = z.strictObject({
  version: z.string().min(1).max(63),
  batch: positive.default(1).describe('Edits that a step is expected to have.'),
  blockMs: z.number().min(0).describe('Of a block, beside its work.'),
  flopsPerMs: positive,
  bytesPerMs: positive.describe('Of the slowest tier worth planning for.'),
});

const tls = z.strictObject({ certFile: z.string(), keyFile: z.string(), caFile: z.string().optional() });

const model = z.strictObject({
  name: modelName.describe('How templates name it.'),
  folder: z.string().min(1).describe('A diffusers folder; only read.'),
  storage: z.enum(storageTypes).default('int8').describe('How the values of activations are kept.'),
  provider: z.enum(['cpu', 'cuda']).default('cpu'),
  threads: z.number().int().min(1).max(1024).optional().describe('Of one kernel; the cores by default.'),
  batchMax: z.number().int().min(1).max(8).default(8).describe('Edits that are stepped together.'),
  profile: profile.optional().describe('What plans are made from; without it every block takes mode kv.'),
});

/** A worker's settings, as its file has them; everything has a default but the models. */
export const workerConfig = z.strictObject({
  id: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/, "expected 1 to 63 letters, digits, '.', '-' or '_'")
    .default(() =>
      hostname()
        .replaceAll(/[^a-zA-Z0-9._-]/g, '-')
        .slice(0, 63),
    )
    .describe('Its name: stable over restarts, and no other worker has it.'),
  listen: addressText.default('127.0.0.1:7070').describe('Where it serves gRPC.'),
  advertise: addressText.optional().describe('Where other workers reach it; `listen` by default.'),
  ops: addressText.default('127.0.0.1:9070').describe('Where it serves /healthz, /readyz and /metrics over HTTP.'),
  tls: tls.optional().describe('With a caFile, only who shows a certificate of it is served.'),
  internalTls: tls
    .extend({ serverName: z.string().optional().describe('The name in their certificates.') })
    .optional()
    .describe('What it shows other workers, and who signs theirs.'),
  reflection: z.boolean().default(false).describe('Tell tools such as grpcurl what there is.'),
  models: z
    .array(model)
    .min(1)
    .max(64)
    .refine((models) => new Set(models.map(({ name }) => name)).size === models.length, 'names are not unique'),
  modelCache: z.string().optional().describe("Where graphs are kept; in the user's cache folder by default."),
  memory: z
    .strictObject({
      models: byteCount.default(16 * gib).describe('Weights.'),
      activations: byteCount.default(gib).describe('Steps of templates.'),
      templates: byteCount.default(gib / 2).describe('Templates that are ready, for each model.'),
      edits: byteCount.default(gib).describe('Edits that are here.'),
    })
    .prefault({}),
  store: z.strictObject({
    folder: z.string().min(1).describe('Of its own: activations on disk.'),
    disk: byteCount.default(20 * gib),
    directIo: z.enum(['auto', 'on', 'off']).default('auto'),
    readDeadlineMs: milliseconds.default(200).describe('What takes longer to read is computed.'),
  }),
  redis: z.string().optional().describe('redis:// or rediss:// of the index. Without it no peers are asked.'),
  blobs: z.string().optional().describe('Where stored pictures are: a folder, file:// or s3://.'),
  tenantSecretFile: z
    .string()
    .optional()
    .describe('32 bytes or more, the same on all workers: without it, who knows a picture can find out who has it.'),
  edits: z
    .strictObject({
      max: z.number().int().min(1).max(4096).default(64).describe('Edits that are here, in whatever stage.'),
      deadlineMs: milliseconds.default(60_000).describe('For those that set none, and at most.'),
      shareMs: z
        .number()
        .int()
        .min(0)
        .max(10_000)
        .default(0)
        .describe('How long an edit may wait for others of its template that are on their way: they share loads.'),
      orphanMs: z
        .number()
        .int()
        .min(0)
        .max(60_000)
        .default(0)
        .describe('How long an edit goes on without its caller, where the request does not say it.'),
      agingMs: milliseconds
        .default(10_000)
        .describe('After each such wait an edit counts as one priority more urgent.'),
    })
    .prefault({}),
  warm: z
    .strictObject({
      variants: z.number().int().min(1).max(4096).default(32).describe('The most used ones.'),
      seconds: z.number().min(0.1).max(600).default(30).describe('For no longer than this.'),
    })
    .optional()
    .describe('Before it is ready it copies activations from other workers. Without `redis` there are none.'),
  drainMs: milliseconds.default(30_000).describe('After SIGTERM edits may end in this time; then they leave.'),
  traces: z
    .strictObject({
      endpoint: z.url().optional().describe('OTLP over HTTP, such as http://collector:4318/v1/traces.'),
      editShare: share.default(1).describe('Of edits whose caller does not trace.'),
      stepShare: share.default(0.01),
    })
    .prefault({}),
  log: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  loadBeatMs: z.number().int().min(10).max(500).default(250).describe('From one message of WatchLoad to the next.'),
});

export type WorkerConfig = z.output<typeof workerConfig>;
