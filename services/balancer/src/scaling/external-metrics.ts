import { readSelector } from './label-selector.ts';
import type { PoolQueue } from './pool-queues.ts';

export const queueMetric = 'instgenie_pool_queue_seconds';
const group = 'external.metrics.k8s.io';
const groupVersion = `${group}/v1beta1`;
const valuePath = new RegExp(`^/apis/${groupVersion.replaceAll('.', '\\.')}/namespaces/[^/]+/([^/]+)$`);

export interface MetricsAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Answers a GET of the external metrics API, as Kubernetes' autoscaler asks it: what there is, and the one metric for each
 * model that `labelSelector` selects. A pure function of what waits.
 */
export function answerMetrics(
  { pathname, searchParams }: URL,
  { queues, atMs }: { readonly queues: () => readonly PoolQueue[]; readonly atMs: number },
): MetricsAnswer {
  if (pathname === '/apis') return ok({ kind: 'APIGroupList', apiVersion: 'v1', groups: [groupBody] });
  if (pathname === `/apis/${group}`) return ok({ ...groupBody, kind: 'APIGroup', apiVersion: 'v1' });
  if (pathname === `/apis/${groupVersion}`) return ok(resourcesBody);
  const [, metric] = valuePath.exec(pathname) ?? [];
  if (metric === undefined) return failed(404, 'NotFound', 'there is nothing here');
  if (metric !== queueMetric) return failed(404, 'NotFound', `the only metric is ${queueMetric}`);
  const isWanted = readSelector(searchParams.get('labelSelector') ?? '');
  if (isWanted === undefined) return failed(400, 'BadRequest', 'labelSelector: expected model=NAME, or in and notin');
  const items = queues()
    .filter(({ model }) => isWanted({ model }))
    .map(({ model, seconds }) => ({
      metricName: queueMetric,
      metricLabels: { model },
      timestamp: new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z'),
      value: `${Math.round(seconds * 1000)}m`,
    }));
  return ok({ kind: 'ExternalMetricValueList', apiVersion: groupVersion, metadata: {}, items });
}

const version = { groupVersion, version: 'v1beta1' };
const groupBody = { name: group, versions: [version], preferredVersion: version };
const resourcesBody = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: [
    { name: queueMetric, singularName: '', namespaced: true, kind: 'ExternalMetricValueList', verbs: ['get'] },
  ],
};

function ok(body: unknown): MetricsAnswer {
  return { status: 200, body };
}

function failed(code: number, reason: string, message: string): MetricsAnswer {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message },
  };
}
