import { KubeCluster, type Level, missingBinaries } from './kube-cluster.ts';
import type { Figures, Scenario } from './scenario.ts';

export type Outcome =
  | { readonly kind: 'passed'; readonly figures: Figures }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'skipped'; readonly reason: string };

export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** What a level's clusters are started with. */
const settings = {
  'control-plane': {},
  kwok: { args: ['8'], featureGates: 'HPAScaleToZero=true' },
  node: { args: ['127.0.0.1:18080=10.240.0.2:30080', '127.0.0.1:18081=10.240.0.2:30081'] },
} as const satisfies Readonly<Record<Level, object>>;

/** Runs scenarios of one level on one cluster, one after the other, and takes it down whatever happens. */
export async function runScenarios(
  level: Level,
  scenarios: readonly Scenario[],
  say: (line: string) => void,
): Promise<readonly ScenarioRun[]> {
  const missing = await missingBinaries(level);
  const runs: ScenarioRun[] = [];
  if (missing.length > 0) {
    const reason = `not built: ${missing.join(', ')}`;
    return scenarios.map((scenario) => ({ scenario, seconds: 0, outcome: { kind: 'skipped', reason } }));
  }
  await using cleanup = new AsyncDisposableStack();
  const cluster = cleanup.use(await KubeCluster.start({ level, ...settings[level] }));
  cleanup.use(endWith(cluster));
  for (const scenario of scenarios) {
    const began = performance.now();
    say(`${scenario.name} ...`);
    const outcome = await runOne(scenario, cluster, say);
    runs.push({ scenario, outcome, seconds: (performance.now() - began) / 1000 });
  }
  return runs;
}

/** Whoever is told to end, or fails in a way that nobody foresaw, takes the cluster down first. */
function endWith(cluster: KubeCluster): Disposable {
  const end = () => void cluster[Symbol.asyncDispose]().finally(() => process.exit(130));
  const fail = (error: unknown) => {
    console.error(error);
    end();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  process.once('uncaughtException', fail);
  return {
    [Symbol.dispose]: () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
      process.off('uncaughtException', fail);
    },
  };
}

async function runOne(scenario: Scenario, cluster: KubeCluster, say: (line: string) => void): Promise<Outcome> {
  const reason = await scenario.skip?.();
  if (reason !== undefined) return { kind: 'skipped', reason };
  try {
    return { kind: 'passed', figures: await scenario.run(cluster, (line) => say(`  ${line}`)) };
  } catch (thrown) {
    return { kind: 'failed', reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : 'unknown' };
  }
}
