import { seeded } from '../bench/eviction-trace.ts';
import type { Cluster } from '../harness/cluster.ts';

/** Kills random workers as in a crash, one after the other: each is back before the next one goes. */
export async function killWorkers(
  cluster: Cluster,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<void> {
  const random = seeded(seed);
  for (let kill = 0; kill < kills; kill++) {
    await cluster.workers[Math.floor(random() * cluster.workers.length)]?.restart();
    await cluster.ready();
  }
}
