import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BalancerProcess } from '@instgenie/balancer/testing';
import type { KubeCluster } from '../kube-cluster.ts';
import { headless, namespace, pool } from '../objects.ts';
import type { Scenario } from '../scenario.ts';
import { waitUntil } from '../wait-until.ts';

const ns = 'scaling';
const metricsPort = 17_460;
const signal = new AbortController().signal;

/** Scales a pool by seconds of work for each worker; down at once, as a test has no time. */
function autoscaler(minReplicas: number): object {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'workers', namespace: ns },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'workers' },
      minReplicas,
      maxReplicas: 6,
      metrics: [
        {
          type: 'External',
          external: {
            metric: { name: 'instgenie_pool_queue_seconds', selector: { matchLabels: { model: 'fill' } } },
            target: { type: 'AverageValue', averageValue: '5' },
          },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
    },
  };
}

/** A gateway that has so many edits of jobs waiting. */
class WaitingGateway {
  edits = 0;

  async say(balancer: BalancerProcess, until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const waiting = [{ model: 'fill', edits: this.edits }];
      await balancer.client.unary('Report', { gateway: 'g1', waiting }, { deadlineMs: 5000, signal });
      await pause(500, undefined, { signal: until }).catch(() => undefined);
    }
  }
}

async function replicas(cluster: KubeCluster): Promise<number> {
  const text = await cluster.kubectl('-n', ns, 'get', 'deployment/workers', '-o', 'jsonpath={.status.readyReplicas}');
  return Number(text || 0);
}

/** Jobs that wait bring workers, by the autoscaler of Kubernetes and the balancer's own metric, and they go with the jobs. */
export const kwokScaling: Scenario = {
  name: 'a plain autoscaler takes a pool from 1 to 6 and back, and from 0 where the cluster allows that',
  level: 'kwok',
  run: async (cluster, say) => {
    const pki = join(cluster.state, 'pki');
    await cluster.apply(namespace(ns), headless('workers', ns), pool('workers', ns, 1));
    const setting = { kind: 'endpoint-slices', service: 'workers', namespace: ns, kubeconfig: cluster.kubeconfig };
    const tls = {
      certFile: join(pki, 'apiserver.crt'),
      keyFile: join(pki, 'apiserver.key'),
      caFile: join(pki, 'front-proxy-ca.crt'),
    };
    await using balancer = await BalancerProcess.start([], {
      set: [
        `discovery=${JSON.stringify(setting)}`,
        `externalMetrics=${JSON.stringify({ listen: `127.0.0.1:${metricsPort}`, tls })}`,
      ],
    });
    await cluster.applyManifest('external-metrics.yaml', { metrics_port: metricsPort });
    const api = '/apis/external.metrics.k8s.io/v1beta1';
    const isServed = async () => (await cluster.kubectl('get', '--raw', api).catch(() => '')).includes('pool_queue');
    await waitUntil('the API server serves the metric', isServed, { seconds: 60, everyMs: 200 });
    const gateway = new WaitingGateway();
    const stop = new AbortController();
    const saying = gateway.say(balancer, stop.signal);
    const reach = async (count: number) => {
      const isThere = async () => (await replicas(cluster)) === count;
      const seconds = await waitUntil(`${count} workers`, isThere, { seconds: 120, everyMs: 200 });
      say(`${count} workers after ${seconds.toFixed(1)} s`);
      return seconds;
    };
    try {
      await cluster.apply(autoscaler(1));
      await reach(1);
      // 30 s of work at 10 s an edit, until balancers have seen any: 5 s for each of six.
      gateway.edits = 3;
      const up = await reach(6);
      gateway.edits = 0;
      const down = await reach(1);
      const value = await cluster.kubectl('get', '--raw', `${api}/namespaces/${ns}/instgenie_pool_queue_seconds`);
      assert.match(value, /"value":"0m?"/);
      await cluster.apply(autoscaler(0));
      await reach(0);
      gateway.edits = 1;
      const fromZero = await reach(2);
      return { 'k8s.scale_up_s': up, 'k8s.scale_down_s': down, 'k8s.scale_from_zero_s': fromZero };
    } finally {
      stop.abort();
      await saying;
    }
  },
};
