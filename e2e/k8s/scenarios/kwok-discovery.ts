import assert from 'node:assert/strict';
import { openTestDiscovery } from '@instgenie/balancer/testing';
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

interface SliceEvent {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name: string };
    readonly endpoints?: readonly {
      readonly conditions: { readonly serving?: boolean; readonly terminating?: boolean };
    }[];
  };
}

/** Counts over time. */
class Steps {
  readonly #steps: { readonly atMs: number; readonly count: number }[] = [];

  note(count: number): void {
    if (count !== this.last) this.#steps.push({ atMs: performance.now(), count });
  }

  get last(): number {
    return this.#steps.at(-1)?.count ?? 0;
  }

  /** When the count was first so, since `sinceMs`. */
  firstMs(isSo: (count: number) => boolean, sinceMs = 0): number {
    return this.#steps.find(({ atMs, count }) => atMs >= sinceMs && isSo(count))?.atMs ?? Number.POSITIVE_INFINITY;
  }
}

/** How many the slices name, as the API says it: what comes before it is not ours. */
class SliceCounts {
  readonly steps = new Steps();
  readonly #serving = new Map<string, number>();

  async follow(cluster: KubeCluster, signal: AbortSignal): Promise<void> {
    const path = `/apis/discovery.k8s.io/v1/namespaces/${ns}/endpointslices?watch=true`;
    while (!signal.aborted) {
      try {
        for await (const line of cluster.watch(path, signal)) this.#note(line as SliceEvent);
      } catch {
        // A busy API server ends watches when it likes; what is there is told again.
      }
    }
  }

  #note({ type, object: { metadata, endpoints = [] } }: SliceEvent): void {
    const serving = endpoints.filter(
      ({ conditions }) => conditions.serving !== false && conditions.terminating !== true,
    );
    this.#serving.set(metadata.name, type === 'DELETED' ? 0 : serving.length);
    this.steps.note([...this.#serving.values()].reduce((sum, count) => sum + count, 0));
  }
}

/** When pods were ready, and when they were told to go, as the API says it. */
class PodTimes {
  readonly readyMs = new Map<string, number>();
  readonly leavingMs = new Map<string, number>();

  async follow(cluster: KubeCluster, signal: AbortSignal): Promise<void> {
    // A busy API server ends watches when it likes; what is there is told again.
    while (!signal.aborted) await this.#watch(cluster, signal).catch(() => undefined);
  }

  async #watch(cluster: KubeCluster, signal: AbortSignal): Promise<void> {
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

/** For each of them from its time on until it is counted: the longest. */
function longestSeconds(timesMs: readonly number[], countedMs: (nth: number) => number): number {
  const sorted = timesMs.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((ms, index) => countedMs(index + 1) - ms)) / 1000;
}

/** 300 pods come and go; a balancer's discovery names each soon after it is ready, and none long after it terminates. */
export const kwokDiscovery: Scenario = {
  name: `${workers} workers are known within ${lagSecondsMax} s after they are ready, and gone as soon after they terminate`,
  level: 'kwok',
  run: async (cluster, say) => {
    await cluster.apply(namespace(ns), headless('workers', ns), pool('workers', ns, 0));
    const discovery = await openTestDiscovery({
      kind: 'endpoint-slices',
      service: 'workers',
      namespace: ns,
      kubeconfig: cluster.kubeconfig,
    });
    const stop = new AbortController();
    const pods = new PodTimes();
    const named = new SliceCounts();
    const known = new Steps();
    const follow = async () => {
      for await (const addresses of discovery.addresses(stop.signal)) known.note(addresses.length);
    };
    const following = [pods.follow(cluster, stop.signal), named.follow(cluster, stop.signal), follow()];
    try {
      await cluster.kubectl('-n', ns, 'scale', 'deployment/workers', `--replicas=${workers}`);
      const wanted = () => pods.readyMs.size === workers && known.last === workers;
      await waitUntil(`${workers} workers are known`, wanted, { seconds: 240 });
      const readyMs = [...pods.readyMs.values()];
      const cameAt = (steps: Steps) => longestSeconds(readyMs, (nth) => steps.firstMs((count) => count >= nth));
      const came = cameAt(known);
      say(`known ${came.toFixed(2)} s after ready, at most; named by slices after ${cameAt(named.steps).toFixed(2)} s`);
      const sinceMs = performance.now();
      await cluster.kubectl('-n', ns, 'scale', 'deployment/workers', '--replicas=0');
      const isEmpty = () => pods.leavingMs.size === workers && known.last === 0 && named.steps.last === 0;
      await waitUntil('all are gone', isEmpty, { seconds: 240 });
      const leavingMs = [...pods.leavingMs.values()];
      const wentAt = (steps: Steps) =>
        longestSeconds(leavingMs, (nth) => steps.firstMs((count) => count <= workers - nth, sinceMs));
      const went = wentAt(known);
      say(
        `gone ${went.toFixed(2)} s after they terminate, at most; from slices after ${wentAt(named.steps).toFixed(2)} s`,
      );
      assert(came <= lagSecondsMax && went <= lagSecondsMax, `came ${came} s late, went ${went} s late`);
      return {
        'k8s.discovery_s': came,
        'k8s.discovery_slices_s': cameAt(named.steps),
        'k8s.discovery_gone_s': went,
      };
    } finally {
      stop.abort();
      await Promise.allSettled(following);
    }
  },
};
