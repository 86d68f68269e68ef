import { join } from 'node:path';

/** Values that must not render, and what the answer has to say. */
export interface Refusal {
  readonly name: string;
  readonly args: (chart: string) => readonly string[];
  readonly says: RegExp;
}

const over =
  (...sets: readonly string[]) =>
  (chart: string) => [
    '--values',
    join(chart, 'ci', 'cpu-dev-values.yaml'),
    ...sets.flatMap((set) => ['--set-json', set]),
  ];

export const refusals: readonly Refusal[] = [
  { name: 'no pools', args: () => [], says: /pools: there are none/ },
  { name: 'an unknown value', args: over('gateway.replica=3'), says: /gateway.*replica/s },
  { name: 'an unknown setting of a service', args: over('gateway.config.edits={"atOnce":3}'), says: /atOnce/ },
  { name: 'a setting that the chart makes', args: over('gateway.config.listen="0.0.0.0:1"'), says: /listen/ },
  { name: 'a wrong setting of a worker', args: over('pools.default.config.edits={"max":0}'), says: /edits.*max/s },
  { name: 'a name of another chart', args: over('replicaCount=3'), says: /replicaCount: write gateway\.replicas/ },
  {
    name: 'a model without a source',
    args: over('pools.default.models=[{"name":"a","source":{}}]'),
    says: /exactly one source/,
  },
  {
    name: 'two sources',
    args: over('pools.default.models=[{"name":"a","source":{"image":{"reference":"x"},"volume":{"csi":{}}}}]'),
    says: /exactly one source/,
  },
  {
    name: 'a folder of the host',
    args: over('pools.default.models=[{"name":"a","source":{"volume":{"hostPath":{"path":"/m"}}}}]'),
    says: /hostPath is not allowed by Pod Security/,
  },
  {
    name: 'cuda without a GPU',
    args: over('pools.default.models=[{"name":"a","provider":"cuda","source":{"image":{"reference":"x"}}}]'),
    says: /wants cuda/,
  },
  {
    name: 'less memory than settings may take',
    args: over('pools.default.resources.limits.memory="512Mi"'),
    says: /limits\.memory: 512Mi is less/,
  },
  {
    name: 'a password in values',
    args: over('redis={"mode":"external","external":{"url":"redis://:p@h"}}'),
    says: /put the URL into a secret/,
  },
  { name: 'an external Redis without a URL', args: over('redis.mode="external"'), says: /redis\.external: name url/ },
  {
    name: 'TLS without a certificate',
    args: over('tls.public.enabled=true'),
    says: /tls\.public: name existingSecret/,
  },
  {
    name: 'everybody let in from outside',
    args: over('ingress={"enabled":true,"hosts":["a.example"]}'),
    says: /none lets everybody in/,
  },
  {
    name: 'a variable that is set already',
    args: over('gateway.extraEnv=[{"name":"POD_NAME"}]'),
    says: /POD_NAME is set already/,
  },
  {
    name: 'a grace too short',
    args: over('gateway.terminationGracePeriodSeconds=10'),
    says: /at least preStopSeconds/,
  },
  {
    name: 'an autoscaler that nobody tells',
    args: over('pools.default.autoscaling={"enabled":true}'),
    says: /nobody tells how long edits wait/,
  },
];
