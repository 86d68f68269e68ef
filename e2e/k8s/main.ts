import { parseArgs } from 'node:util';
import { buildCluster, type Level, missingBinaries } from './kube-cluster.ts';
import { runScenarios, type ScenarioRun } from './run-scenarios.ts';
import { scenarios } from './scenarios/index.ts';

const levels = ['control-plane', 'kwok', 'node'] as const satisfies readonly Level[];
const usual = 'node';

const help = `usage: npm run -s e2e:k8s -- [--level LEVEL] [--only TEXT] [--no-build] [--json]

--level     ${levels.join(' | ')}: what kind of cluster is started here; ${usual} by default, which needs root
--only      scenarios whose name has this in it
--no-build  skip, with the reason, what would have to be built first; else it is built, which takes 15 to 20 minutes once
--json      one JSON object with all figures on standard output and nothing else

Binaries are kept in ~/.cache/instgenie/kubernetes, or are in KUBE_HOME. Exit code 0 when nothing failed.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      level: { type: 'string', default: usual },
      only: { type: 'string', default: '' },
      build: { type: 'boolean', default: true },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    allowNegative: true,
  });
  const level = levels.find((each) => each === values.level);
  if (values.help === true || level === undefined) {
    console.error(help);
    return values.help === true ? 0 : 2;
  }
  const say = (line: string) => console.error(line);
  const wanted = scenarios.filter((each) => each.level === level && each.name.includes(values.only));
  if (values.build) await build(level, say);
  const runs = await runScenarios(level, wanted, say);
  const count = (kind: string) => runs.filter(({ outcome }) => outcome.kind === kind).length;
  if (values.json === true) console.log(JSON.stringify({ level, runs: runs.map(plain) }));
  else {
    for (const run of runs) console.log(textOf(run));
    const skipped = count('skipped');
    console.log(`${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }
  return count('failed') === 0 ? 0 : 1;
}

async function build(level: Level, say: (line: string) => void): Promise<void> {
  const missing = await missingBinaries(level);
  if (missing.length === 0) return;
  say(
    `${missing.length} programs of Kubernetes are built from source first; all of them take 20 minutes on two cores.`,
  );
  const began = performance.now();
  await buildCluster(level);
  say(`They took ${Math.round((performance.now() - began) / 1000)} s, and are kept.`);
}

function plain({ scenario, outcome, seconds }: ScenarioRun): object {
  return { name: scenario.name, ...outcome, seconds: Math.round(seconds * 10) / 10 };
}

function textOf({ scenario, outcome, seconds }: ScenarioRun): string {
  const title = `${outcome.kind.padEnd(7)} ${scenario.name} (${seconds.toFixed(1)} s)`;
  if (outcome.kind !== 'passed') return `${title}\n        ${outcome.reason}`;
  const figures = Object.entries(outcome.figures).map(([name, value]) => `${name} ${Math.round(value * 100) / 100}`);
  return [title, ...figures].join('\n        ');
}

process.exitCode = await main();
