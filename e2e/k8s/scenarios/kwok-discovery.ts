import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { BalancerProcess } from '@instgenie/balancer/testing';
import { gauge } from '../gauges.ts';
import type { KubeCluster } from '../kube-cluster.ts';
import { headless, namespace, pool } from '../objects.ts';
import type { Scenario } from '../scenario.ts';
import { waitUntil } from '../wait-until.ts';

const workers = 300;
const lagSecondsMax = 2;
const ns = 'discovery';

interface PodEvent {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  };
}

/** When pods were ready, and when they were told to go, as the API says it. */
class PodTimes {
  readonly readyMs = new Map<string, number>();
  readonly leavingMs = new Map<string, number>();

  async follow(cluster: KubeCluster, signal: AbortSignal): Promise<void> {
    for await (const line of cluster.watch(`/api/v1/namespaces/${ns}/pods?watch=true`, signal))
      this.#note(line as PodEvent);
  }

  #note({ type, object: { metadata, status } }: PodEvent): void {
    const { name, deletionTimestamp } = metadata;
    const isReady = status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;
    if (isReady && !this.readyMs.has(name)) this.readyMs.set(name, performance.now());
    const isLeaving = deletionTimestamp !== undefined || type === 'DELETED';
    if (isLeaving && !this.leavingMs.has(name)) this.leavingMs.set(name, performance.now());
  }
}

/** Counts that a balancer has had, and since when. */
class CountTimes {
  readonly #balancer: BalancerProcess;
  readonly steps: { readonly atMs: number; readonly count: number }[] = [];

  constructor(balancer: BalancerProcess) {
    this.#balancer = balancer;
  }

  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const count = gauge(await this.#balancer.metrics(), 'instgenie_discovery_endpoints');
      if (count !== this.steps.at(-1)?.count) this.steps.push({ atMs: performance.now(), count });
      await pause(20, undefined, { signal }).catch(() => undefined);
    }
  }

  get last(): number {
    return this.steps.at(-1)?.count ?? Number.NaN;
  }

  /** When the count was first so. */
  firstMs(isSo: (count: number) => boolean): number {
    return this.steps.find(({ count }) => isSo(count))?.atMs ?? Number.POSITIVE_INFINITY;
  }
}

/** For each of them from its time on until it is counted: the longest. */
function longestSeconds(timesMs: readonly number[], countedMs: (nth: number) => number): number {
  const sorted = timesMs.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((ms, index) => countedMs(index + 1) - ms)) / 1000;
}

/** 300 pods come and go; a balancer knows each of them soon after it is ready, and none long after it terminates. */
export const kwokDiscovery: Scenario = {
  name: `${workers} workers are known within ${lagSecondsMax} s after they are ready, and gone as soon after they terminate`,
  level: 'kwok',
  run: async (cluster, say) => {
    await cluster.apply(namespace(ns), headless('workers', ns), pool('workers', ns, 0));
    const setting = { kind: 'endpoint-slices', service: 'workers', namespace: ns, kubeconfig: cluster.kubeconfig };
    await using balancer = await BalancerProcess.start([], {
      set: [`discovery=${JSON.stringify(setting)}`, 'log=warn'],
    });
    const stop = new AbortController();
    const pods = new PodTimes();
    const counts = new CountTimes(balancer);
    const following = [pods.follow(cluster, stop.signal), counts.follow(stop.signal)];
    try {
      await cluster.kubectl('-n', ns, 'scale', 'deployment/workers', `--replicas=${workers}`);
      const wanted = () => pods.readyMs.size === workers && counts.last === workers;
      await waitUntil(`${workers} workers are known`, wanted, { seconds: 240 });
      const came = longestSeconds([...pods.readyMs.values()], (nth) => counts.firstMs((count) => count >= nth));
      say(`known ${came.toFixed(2)} s after ready, at most`);
      const mark = counts.steps.length - 1;
      await cluster.kubectl('-n', ns, 'scale', 'deployment/workers', '--replicas=0');
      await waitUntil('all are gone', () => pods.leavingMs.size === workers && counts.last === 0, { seconds: 240 });
      const going = counts.steps.slice(mark);
      const went = longestSeconds([...pods.leavingMs.values()], (nth) => {
        return going.find(({ count }) => count <= workers - nth)?.atMs ?? Number.POSITIVE_INFINITY;
      });
      say(`gone ${went.toFixed(2)} s after they terminated, at most`);
      assert(came <= lagSecondsMax && went <= lagSecondsMax, `came ${came} s late, went ${went} s late`);
      return { 'k8s.discovery_s': came, 'k8s.discovery_gone_s': went };
    } finally {
      stop.abort();
      await Promise.allSettled(following);
    }
  },
};
