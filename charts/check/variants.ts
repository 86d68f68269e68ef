import { join } from 'node:path';

/** Values over a preset that have to render, and to pass all that presets pass: branches that no preset takes. */
export interface Variant {
  readonly name: string;
  readonly args: (chart: string) => readonly string[];
}

const over =
  (preset: string, ...sets: readonly string[]) =>
  (chart: string): readonly string[] => [
    '--values',
    join(chart, 'ci', `${preset}-values.yaml`),
    ...sets.flatMap((set) => ['--set-json', set]),
  ];
const cpu = (...sets: readonly string[]) => over('cpu-dev', ...sets);
const model = (source: string, name = 'a') => `{"name":"${name}","source":${source}}`;
const longName = 'a-name-that-is-much-too-long-for-what-is-put-behind-it';
const pem = '-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n';

export const variants: readonly Variant[] = [
  { name: 'no Redis', args: cpu('redis.mode="none"') },
  { name: 'a Redis without a password', args: cpu('redis={"mode":"external","external":{"url":"redis://r:6379"}}') },
  { name: 'Redis of its own that keeps its data', args: cpu('redis.internal.persistence={"storageClassName":"fast"}') },
  { name: 'S3 by identity', args: cpu('blobs.url="s3://bucket/a?region=eu-west-1"') },
  { name: 'a claim for blobs that is there', args: cpu('blobs.persistentVolumeClaim.existingClaim="shared"') },
  {
    name: 'long names',
    args: cpu(
      `fullnameOverride="${longName}"`,
      `pools.abcdefghijklmnop={"models":[${model('{"image":{"reference":"r"}}')}]}`,
    ),
  },
  { name: 'another name', args: cpu('nameOverride="pictures"') },
  {
    name: 'a digest and a registry',
    args: cpu(`image.digest="sha256:${'a'.repeat(64)}"`, 'global.imageRegistry="r.example"'),
  },
  { name: 'secrets to pull with', args: cpu('global.imagePullSecrets=["a"]', 'image.pullSecrets=["a","b"]') },
  { name: 'IPv6', args: cpu('listenHost="[::]"') },
  {
    name: 'accounts that are there',
    args: cpu(
      'gateway.serviceAccount={"create":false,"name":"g"}',
      'worker.serviceAccount={"create":false,"name":"w"}',
    ),
  },
  { name: 'a balancer that asks DNS', args: cpu('balancer.discovery="dns"') },
  { name: 'NodePorts', args: cpu('gateway.service={"type":"NodePort","ports":{"http":{"nodePort":30080}}}') },
  {
    name: 'no disruption budgets, no spread',
    args: cpu('gateway.podDisruptionBudget.enabled=false', 'worker.topologySpread.enabled=false'),
  },
  { name: 'policies of ingress only', args: cpu('networkPolicy.egress.enabled=false') },
  { name: 'no test', args: cpu('tests.enabled=false') },
  {
    name: 'labels and annotations',
    args: cpu(
      'commonLabels={"team":"a"}',
      'podLabels={"mesh":"no"}',
      'podAnnotations={"a":"b"}',
      'pools.default.podLabels={"tier":"gold"}',
    ),
  },
  {
    name: 'two models with two sources, digests, and containers before them',
    args: cpu(
      `pools.default.models=[${model('{"init":{"image":"i","args":["x"],"size":"1Gi"}}')},${model('{"image":{"reference":"r","subPath":"m"}}', 'b.c')}]`,
      'pools.default.extraInitContainers=[]',
      `pools.default.models[0].sha256="${'0'.repeat(64)}"`,
    ),
  },
  { name: 'a claim for the disk', args: cpu('pools.default.disk={"type":"claim","size":"10Gi"}') },
  { name: 'an ephemeral volume for the disk', args: cpu('pools.default.disk={"type":"ephemeral","size":"10Gi"}') },
  { name: 'two GPUs by DRA', args: cpu('pools.default.gpu={"mode":"dra","count":2}') },
  { name: 'a pool at zero', args: cpu('pools.default.replicas=0') },
  {
    name: 'a pool that scales by other metrics',
    args: cpu(
      'pools.default.autoscaling={"enabled":true,"metrics":[{"type":"External","external":{"metric":{"name":"m"},"target":{"type":"Value","value":"1"}}}]}',
    ),
  },
  {
    name: 'metrics for autoscalers with a certificate that is there',
    args: over(
      'multi-gpu',
      'balancer.externalMetrics.existingSecret="m"',
      `balancer.externalMetrics.clientCa="${pem}"`,
      `balancer.externalMetrics.caBundle="${pem}"`,
    ),
  },
  {
    name: 'certificates that are there',
    args: over(
      'tls',
      'tls.public={"existingSecret":"p","certManager":{"enabled":false},"caKey":""}',
      'tls.internal={"existingSecret":"i","certManager":{"enabled":false},"serverName":"inside"}',
    ),
  },
  { name: 'mTLS inside, plain text outside', args: over('tls', 'tls.public.enabled=false') },
  {
    name: 'objects as text',
    args: cpu(
      'extraObjects=["apiVersion: v1\\nkind: ConfigMap\\nmetadata: { name: {{ .Release.Name }}-x, namespace: a, labels: {} }\\n"]',
    ),
  },
];
