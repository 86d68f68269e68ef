import type { Clock } from '@instgenie/domain';
import type { Log } from '@instgenie/telemetry';
import type { FleetSnapshot } from '../fleet/fleet-snapshot.ts';
import type { DiscoveredPods } from '../watching/open-discovery.ts';
import { pause } from '../watching/pause.ts';
import { costAnnotation, costsToSay, deletionCosts } from './deletion-costs.ts';

const everyMs = 30_000;
const atOnceMax = 20;

export interface CostParts {
  readonly pods: DiscoveredPods;
  readonly snapshot: () => FleetSnapshot;
  readonly clock: Clock;
  readonly log: Log;
}

/** Writes what pods' caches are worth to the pods, now and then, until the signal aborts. */
export async function sayDeletionCosts({ pods, snapshot, clock, log }: CostParts, signal: AbortSignal): Promise<void> {
  let said: ReadonlyMap<string, number> = new Map();
  while (!signal.aborted) {
    const costs = deletionCosts(snapshot(), pods.endpoints());
    // A pod that is gone is forgotten.
    const next = new Map([...said].filter(([pod]) => costs.has(pod)));
    let failed = 0;
    for (const [pod, cost] of costsToSay(costs, next, atOnceMax)) {
      if (await isSaid(pods, { pod, cost }, signal)) next.set(pod, cost);
      else failed++;
    }
    if (failed > 0 && !signal.aborted) log.warn({ pods: failed }, 'deletion costs could not be written');
    said = next;
    await pause(clock, everyMs, signal);
  }
}

async function isSaid(
  { api, namespace }: DiscoveredPods,
  { pod, cost }: { readonly pod: string; readonly cost: number },
  signal: AbortSignal,
): Promise<boolean> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`;
  try {
    await api.patch(path, { metadata: { annotations: { [costAnnotation]: `${cost}` } } }, signal);
    return true;
  } catch {
    return false;
  }
}
