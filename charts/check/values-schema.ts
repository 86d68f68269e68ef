import { balancerConfig } from '@instgenie/balancer';
import { gatewayConfig } from '@instgenie/gateway';
import { workerConfig } from '@instgenie/worker';
import { z } from 'zod';
import { ownSettings, settingsOf } from './settings-schema.ts';

/** Names of old and of other charts; _deprecations.tpl says what to write instead. */
export const renamed = [
  'replicaCount',
  'workers',
  'models',
  'service',
  'resources',
  'autoscaling',
  'httpRoute',
  'imagePullSecrets',
] as const;

// Helm lays values over the chart's own, so nothing of a part has to be said.
const part = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape).partial();
const text = z.string();
const flag = z.boolean();
const count = z.int().min(0).max(100_000);
const port = z.int().min(0).max(65_535);
const texts = z.record(z.string(), z.string());
/** What Kubernetes defines is checked when it is rendered: its own names change with its versions. */
const object = z.record(z.string(), z.unknown());
const objects = z.array(object);
const quantity = z.string().regex(/^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$/, 'a quantity such as 20Gi');
const digest = z.string().regex(/^(sha256:[0-9a-f]{64})?$/, 'sha256:...');
const seconds = z.int().min(0).max(86_400);
const countOrShare = z.union([count, z.string().regex(/^\d{1,3}%$/)]);
const pullPolicy = z.enum(['Always', 'IfNotPresent', 'Never']);
const resources = part({ requests: object, limits: object, claims: objects });

const image = part({ registry: text, repository: text, tag: text, digest, pullPolicy, pullSecrets: z.array(text) });
const budget = part({ enabled: flag, maxUnavailable: countOrShare });
const account = part({ create: flag, name: text, annotations: texts });
const pod = {
  resources,
  podDisruptionBudget: budget,
  topologySpread: part({ enabled: flag }),
  serviceAccount: account,
  terminationGracePeriodSeconds: seconds,
  preStopSeconds: seconds.min(1),
  podAnnotations: texts,
  podLabels: texts,
  extraEnv: z.array(z.looseObject({ name: text })),
  extraVolumes: objects,
  extraVolumeMounts: objects,
  nodeSelector: texts,
  tolerations: objects,
  affinity: object,
  priorityClassName: text,
};
const scaling = { enabled: flag, minReplicas: count, maxReplicas: count.min(1), metrics: objects, behavior: object };

const modelSource = z
  .strictObject({
    persistentVolumeClaim: z.strictObject({ claimName: text.min(1), subPath: text.optional() }),
    image: z.strictObject({ reference: text.min(1), pullPolicy: pullPolicy.optional(), subPath: text.optional() }),
    init: z.strictObject({
      image: text.min(1),
      pullPolicy: pullPolicy.optional(),
      command: z.array(text).optional(),
      args: z.array(text).optional(),
      env: objects.optional(),
      resources: resources.optional(),
      size: quantity,
    }),
    volume: object,
  })
  .partial()
  .describe('Where its weights are: exactly one of these.');

const modelOwn = {
  source: modelSource,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe(
      'Of all its files and their paths, as `npm run -s image -- digest FOLDER` prints it; checked before a start.',
    ),
};

const worker = part({
  ...pod,
  replicas: count,
  models: z.array(z.unknown()),
  config: z.unknown(),
  gpu: part({
    mode: z.enum(['devicePlugin', 'dra', 'none']),
    count: count.min(1),
    resourceName: text,
    deviceClassName: text,
  }),
  disk: part({
    type: z.enum(['emptyDir', 'ephemeral', 'claim']),
    size: quantity,
    storageClassName: text,
    whenScaled: z.enum(['Retain', 'Delete']),
  }),
  autoscaling: part({ ...scaling, queueSeconds: z.number().positive() }),
  image,
  startupSeconds: seconds.min(2),
  maxUnavailable: countOrShare,
  extraInitContainers: objects,
  runtimeClassName: text,
});

const certificates = { enabled: flag, existingSecret: text };
const route = part({ enabled: flag, parentRefs: objects, hostnames: z.array(text), annotations: texts });
const shared = part({ existingSecret: text, key: text });
const poolName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,14}[a-z0-9])?$/);

const values = part({
  global: z.looseObject({ imageRegistry: text.optional(), imagePullSecrets: z.array(text).optional() }),
  nameOverride: text,
  fullnameOverride: text,
  clusterDomain: text,
  listenHost: z.enum(['0.0.0.0', '[::]']),
  commonLabels: texts,
  podAnnotations: texts,
  podLabels: texts,
  extraObjects: z.array(z.union([z.string(), object])),
  image,
  blobs: part({
    url: text,
    existingSecret: text,
    persistentVolumeClaim: part({
      existingClaim: text,
      size: quantity,
      storageClassName: text,
      accessModes: z.array(z.enum(['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod'])).min(1),
    }),
  }),
  redis: part({
    mode: z.enum(['external', 'internal', 'none']),
    external: part({ url: text, existingSecret: text, existingSecretKey: text, port: port.min(1) }),
    internal: part({
      image: image.omit({ pullSecrets: true }),
      command: z.array(text),
      existingSecret: text,
      memoryMax: z.string().regex(/^\d+(kb|mb|gb)$/),
      resources,
      persistence: part({ enabled: flag, size: quantity, storageClassName: text }),
      nodeSelector: texts,
      tolerations: objects,
      affinity: object,
    }),
  }),
  secrets: part({ tenant: shared, webhook: shared }),
  tls: part({
    public: part({
      ...certificates,
      caKey: text,
      certManager: part({ enabled: flag, issuerRef: object, dnsNames: z.array(text) }),
    }),
    internal: part({ ...certificates, serverName: text, certManager: part({ enabled: flag, issuerRef: object }) }),
  }),
  gateway: part({
    ...pod,
    replicas: count,
    config: z.unknown(),
    service: part({
      type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']),
      annotations: texts,
      ports: part({
        grpc: part({ port: port.min(1), nodePort: port }),
        http: part({ port: port.min(1), nodePort: port }),
      }),
    }),
    autoscaling: part(scaling),
  }),
  balancer: part({
    ...pod,
    replicas: count,
    discovery: z.enum(['endpoint-slices', 'dns']),
    config: z.unknown(),
    externalMetrics: part({ enabled: flag, existingSecret: text, caBundle: text, clientCa: text }),
  }),
  worker,
  pools: z.record(poolName, worker.omit({ serviceAccount: true })),
  networkPolicy: part({
    enabled: flag,
    scraper: part({ namespaceSelector: object, podSelector: object }),
    egress: part({
      enabled: flag,
      otlpPorts: z.array(port.min(1)),
      apiPorts: z.array(port.min(1)),
      httpsPorts: z.array(port.min(1)),
      extra: objects,
    }),
  }),
  routes: part({ http: route, grpc: route }),
  ingress: part({ enabled: flag, className: text, annotations: texts, hosts: z.array(text), tls: objects }),
  metrics: part({
    serviceMonitor: part({ enabled: flag, labels: texts, interval: text }),
    prometheusRule: part({ enabled: flag, labels: texts, extraGroups: objects }),
    dashboards: part({ enabled: flag, labels: texts, annotations: texts }),
  }),
  tests: part({ enabled: flag, apiKey: shared, serverName: text, deadlineSeconds: seconds.min(1) }),
  ...Object.fromEntries(renamed.map((name) => [name, z.unknown().describe('Renamed: rendering says to what.')])),
});

/** The schema of the chart's values: the chart's own part, and in it the services' settings as these define them. */
export function valuesSchema(): object {
  const schema = settingsOf(values);
  const gateway = ownSettings(gatewayConfig, [
    'id',
    'listen',
    'http',
    'ops',
    'tls',
    'internalTls',
    'balancers',
    'models',
    'blobs',
    'redis',
    'drainMs',
    'jobs.webhookSecretFile',
  ]);
  const balancer = ownSettings(balancerConfig, [
    'id',
    'listen',
    'ops',
    'tls',
    'internalTls',
    'workers',
    'discovery',
    'externalMetrics',
    'drainMs',
  ]);
  const settings = ownSettings(workerConfig, [
    'id',
    'listen',
    'advertise',
    'ops',
    'tls',
    'internalTls',
    'models',
    'modelCache',
    'store.folder',
    'store.disk',
    'redis',
    'blobs',
    'tenantSecretFile',
    'drainMs',
  ]);
  const model = ownSettings(workerConfig.shape.models.element, ['folder']);
  const own = settingsOf(z.strictObject(modelOwn));
  const models = {
    type: 'array',
    maxItems: 64,
    items: {
      ...model,
      properties: { ...model.properties, ...own.properties },
      required: [...(model.required ?? []), ...(own.required ?? [])],
    },
  };
  const property = (...path: readonly string[]) =>
    path.reduce((found, name) => found.properties?.[name] ?? found.additionalProperties ?? found, schema);
  Object.assign(property('gateway').properties ?? {}, { config: gateway });
  Object.assign(property('balancer').properties ?? {}, { config: balancer });
  for (const pool of [property('worker'), property('pools', '*')]) {
    Object.assign(pool.properties ?? {}, { config: settings, models });
  }
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Values of the instgenie chart', ...schema };
}
