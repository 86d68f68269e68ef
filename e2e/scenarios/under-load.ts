import { seeded } from '../bench/eviction-trace.ts';
import { Cluster, type ClusterOptions } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { type Ended, offer } from '../harness/load.ts';
import { clientSender } from '../harness/senders.ts';

export interface LoadedCluster {
  readonly cluster: Cluster;
  readonly mix: EditMix;
}

export interface FaultOptions {
  readonly cluster: ClusterOptions;
  readonly perSecond: number;
  readonly seconds: number;
  readonly seed: number;
  readonly deadlineMs: number;
  readonly steps?: number;
  /** What is done to the cluster while it works. */
  readonly hurt: (loaded: LoadedCluster) => Promise<void>;
}

/** A cluster under load of clients that send again what may be sent again, while something is done to it. */
export async function underLoad(options: FaultOptions): Promise<readonly Ended[]> {
  const { perSecond, seconds, seed, deadlineMs, hurt, steps = 8 } = options;
  await using cluster = await Cluster.start(options.cluster);
  const client = cluster.client();
  const random = seeded(seed);
  const mix = await EditMix.prepare(client, { templates: 12, steps });
  const send = clientSender(client, { mix, random, deadlineMs });
  const [ended] = await Promise.all([offer({ perSecond, seconds, random, send }), hurt({ cluster, mix })]);
  return ended;
}
