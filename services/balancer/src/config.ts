import { hostname } from 'node:os';
import { addressText } from '@instgenie/config';
import { z } from 'zod';
import { usualOutliers } from './fleet/outliers.ts';
import { usualLimits } from './picking/limits.ts';
import { policyNames } from './picking/policies.ts';

/** Workers of one balancer. */
export const workersMax = 4096;
export const dnsEveryMs = 2000;

const milliseconds = z.number().int().min(1).max(86_400_000);
const tls = z.strictObject({ certFile: z.string(), keyFile: z.string(), caFile: z.string().optional() });
const clientTls = tls.extend({
  serverName: z.string().optional().describe('The name in their certificates, where they are called by addresses.'),
});

const addresses = z
  .array(addressText)
  .min(1)
  .max(workersMax)
  .refine((workers) => new Set(workers).size === workers.length, 'addresses are not unique')
  .describe('Where workers serve.');

const dnsName = z.string().regex(/^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/, 'expected a name of DNS');
const label = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a name of Kubernetes');
const portNumber = z.number().int().min(1).max(65_535);

const discovery = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('static'), workers: addresses }),
  z.strictObject({
    kind: z.literal('endpoint-slices'),
    service: label.describe('Of the workers; its EndpointSlices are watched.'),
    namespace: label.optional().describe('Where it is; where the balancer is by default.'),
    port: z
      .union([
        portNumber,
        z.string().regex(/^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/, 'expected a number or name of a port'),
      ])
      .default('grpc')
      .describe('Number or name of the port where workers serve gRPC.'),
    kubeconfig: z.string().optional().describe('Outside of a cluster: a file that says where the API is.'),
    deletionCost: z
      .boolean()
      .default(false)
      .describe('Write to pods what their caches are worth: those of a Deployment with the least go first.'),
    fallback: z
      .strictObject({ host: dnsName, port: portNumber })
      .optional()
      .describe('A headless service, asked by DNS while the API refuses to tell.'),
  }),
  z.strictObject({
    kind: z.literal('dns'),
    host: dnsName.describe('Of a headless service: one address for each worker.'),
    port: portNumber,
    everyMs: milliseconds.default(dnsEveryMs).describe('From one question to the next.'),
  }),
]);

const settings = z.strictObject({
  id: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/, "expected 1 to 63 letters, digits, '.', '-' or '_'")
    .default(() => `balancer-${hostname()}`.replaceAll(/[^a-zA-Z0-9._-]/g, '-').slice(0, 63))
    .describe('Its name, in logs.'),
  listen: addressText.default('127.0.0.1:7060').describe('Where it serves gRPC.'),
  ops: addressText.default('127.0.0.1:9060').describe('Where it serves /healthz, /readyz and /metrics over HTTP.'),
  tls: tls.optional().describe('With a caFile, only who shows a certificate of it is served.'),
  internalTls: clientTls.optional().describe('What it shows workers, and who signs theirs.'),
  reflection: z.boolean().default(false).describe('Tell tools such as grpcurl what there is.'),
  workers: addresses.optional(),
  discovery: discovery.optional().describe('How workers are found; in place of `workers`, a list that never changes.'),
  policy: z.enum(policyNames).default('predicted-finish').describe('The others are there to compare with.'),
  limits: z
    .strictObject({
      silentMs: milliseconds.default(usualLimits.silentMs).describe('Who says nothing for so long is not picked.'),
      stillMs: milliseconds.default(usualLimits.stillMs).describe('The same for who does no steps.'),
      goneMs: milliseconds.default(10_000).describe('Who says nothing for so long is forgotten.'),
      saturation: z
        .number()
        .min(0)
        .max(1000)
        .default(usualLimits.saturation)
        .describe('Saturated: edits wait so many times as long as they compute; for priority batch, half of it.'),
      burst: z
        .number()
        .min(1)
        .max(1000)
        .default(usualLimits.burst)
        .describe('Then tenants above so many times their share are refused.'),
      steadyBurst: z
        .number()
        .min(1)
        .max(1000)
        .default(usualLimits.steadyBurst)
        .describe('So do those that were above so many times their share over the last seconds.'),
      waitMsMax: milliseconds.default(usualLimits.waitMsMax).describe('Nobody waits longer for others.'),
      modelLoadMs: milliseconds
        .default(usualLimits.modelLoadMs)
        .describe('What loading a model is thought to take where it is not loaded.'),
      editsMax: z.number().int().min(1).max(1_000_000).default(65_536).describe('Edits under way that are remembered.'),
    })
    .prefault({}),
  ejection: z
    .strictObject({
      failures: z.number().int().min(1).max(1000).default(usualOutliers.failuresMax).describe('In a row.'),
      ms: milliseconds.default(usualOutliers.ejectionMs).describe('The first time; then twice, three times as long.'),
      msMax: milliseconds.default(usualOutliers.ejectionMsMax),
      slowMax: z
        .number()
        .min(1.5)
        .max(100)
        .default(usualOutliers.slowMax)
        .describe('Times as slow as predicted, beside the other workers.'),
    })
    .prefault({}),
  log: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  traces: z
    .strictObject({
      endpoint: z.url().optional().describe('OTLP over HTTP, such as http://collector:4318/v1/traces.'),
      editShare: z.number().min(0).max(1).default(1).describe('Of picks whose caller does not trace.'),
    })
    .prefault({}),
  externalMetrics: z
    .strictObject({
      listen: addressText.default('0.0.0.0:6443').describe('Where it serves HTTPS.'),
      tls: tls.describe('With a caFile, only who shows a certificate of it is answered.'),
    })
    .optional()
    .describe("What waits for each model, as Kubernetes' autoscaler asks for it (external.metrics.k8s.io)."),
  drainMs: milliseconds.default(5000).describe('After SIGTERM calls may end in this time.'),
});

/** A balancer's settings, as its file has them. */
export const balancerConfig = settings.refine(
  ({ workers, discovery: found }) => (workers === undefined) !== (found === undefined),
  { path: ['workers'], message: 'expected addresses, or else a `discovery`' },
);

export type DiscoveryConfig = z.output<typeof discovery>;
export type BalancerConfig = z.output<typeof balancerConfig>;
