import { runScenarios, type ScenarioRun } from '../k8s/run-scenarios.ts';
import { kwokDiscovery } from '../k8s/scenarios/kwok-discovery.ts';
import { kwokScaling } from '../k8s/scenarios/kwok-scaling.ts';
import { type BenchContext, type BenchResult, type Row, row, type Skipped } from './rows.ts';

const goals: Readonly<Record<string, { readonly atMost?: number }>> = {
  'k8s.discovery_s': { atMost: 2 },
  'k8s.discovery_gone_s': { atMost: 2 },
};

/** What a real control plane with nodes that are not there shows. Nothing is built for it. */
export async function benchK8s({ isQuick, say }: BenchContext): Promise<BenchResult> {
  const scenarios = isQuick ? [kwokDiscovery] : [kwokDiscovery, kwokScaling];
  const runs = await runScenarios('kwok', scenarios, say);
  return { rows: runs.flatMap(rowsOf), skipped: runs.flatMap(skippedOf) };
}

function rowsOf({ outcome }: ScenarioRun): readonly Row[] {
  if (outcome.kind !== 'passed') return [];
  return Object.entries(outcome.figures).map(([name, value]) => row(name, value, { unit: 's', ...goals[name] }));
}

function skippedOf({ scenario, outcome }: ScenarioRun): readonly Skipped[] {
  if (outcome.kind === 'passed') return [];
  const reason = outcome.kind === 'skipped' ? `${outcome.reason}; npm run -s e2e:kwok builds it` : outcome.reason;
  return [{ name: scenario === kwokDiscovery ? 'k8s.discovery_s' : 'k8s.scale_up_s', reason }];
}
