import type { KubeCluster, Level } from './kube-cluster.ts';

/** What a scenario has measured, by name, as `k8s.discovery_s`. */
export type Figures = Readonly<Record<string, number>>;

/** Something that is shown on a cluster. */
export interface Scenario {
  readonly name: string;
  readonly level: Level;
  /** Why it cannot be shown here; undefined where it can. */
  readonly skip?: () => Promise<string | undefined> | string | undefined;
  /** Throws where it does not hold. */
  readonly run: (cluster: KubeCluster, say: (line: string) => void) => Promise<Figures>;
}
