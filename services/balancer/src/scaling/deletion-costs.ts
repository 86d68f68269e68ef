import type { FleetSnapshot } from '../fleet/fleet-snapshot.ts';
import type { Endpoint } from '../watching/merge-slices.ts';

/** What Kubernetes reads: of the pods of a ReplicaSet that is made smaller, the one with the lowest goes first. */
export const costAnnotation = 'controller.kubernetes.io/pod-deletion-cost';

const mib = 1024 ** 2;
const costMax = 2 ** 31 - 1;
/** A change of less is not worth a call. */
const changeShare = 0.1;

/** What losing each pod would cost: the MiB of activations that are whole there, those in memory twice. */
export function deletionCosts({ workers }: FleetSnapshot, endpoints: readonly Endpoint[]): ReadonlyMap<string, number> {
  const pods = new Map(endpoints.map(({ address, pod }) => [address, pod]));
  const costs = new Map<string, number>();
  for (const { address, held } of workers) {
    const pod = pods.get(address);
    if (pod === undefined) continue;
    let bytes = 0;
    for (const variant of held.values()) bytes += variant.bytes * (1 + variant.memoryShare);
    costs.set(pod, Math.min(costMax, Math.round(bytes / mib)));
  }
  return costs;
}

/** Which of them are to be said anew, the largest changes first, at most so many. */
export function costsToSay(
  costs: ReadonlyMap<string, number>,
  said: ReadonlyMap<string, number>,
  most: number,
): readonly (readonly [pod: string, cost: number])[] {
  const changeOf = ([pod, cost]: readonly [string, number]) => Math.abs(cost - (said.get(pod) ?? 0));
  return [...costs]
    .filter(([pod, cost]) => changeOf([pod, cost]) > changeShare * Math.max(1, said.get(pod) ?? 0))
    .toSorted((a, b) => changeOf(b) - changeOf(a))
    .slice(0, most);
}
