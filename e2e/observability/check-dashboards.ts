// Asks a real Prometheus, which scrapes a running deployment, every query of every panel and rule. With `--draw FOLDER` it
// also draws what it was answered.
import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { dashboardFiles } from '@instgenie/dashboards';
import { keepBusy, startBusy } from './busy-cluster.ts';
import { type Dashboard, filled, findFault, panelQueries, ruleQueries, type Window } from './check-queries.ts';
import { drawDashboard } from './draw-dashboard.ts';
import { OtlpSink } from './otlp-sink.ts';
import { PrometheusServer } from './prometheus-server.ts';
import { providePrometheus } from './provide-prometheus.ts';

const run = promisify(execFile);
const alerts = join(import.meta.dirname, '../../deploy/alerts');
const everyMs = 500;
const rateWindow = '5s';
/** So that what happened last is scraped, and rules have seen it. */
const settleMs = 3 * everyMs;
const withExemplars = ['instgenie_gateway_edit_duration_seconds_bucket', 'instgenie_edit_duration_seconds_bucket'];

class Tally {
  passed = 0;
  failed = 0;

  note(what: string, fault: string | undefined): void {
    if (fault === undefined) this.passed++;
    else {
      this.failed++;
      console.log(`FAIL  ${what}: ${fault}`);
    }
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { draw: { type: 'string' } } });
  const tally = new Tally();
  const began = performance.now();
  const say = (text: string) => console.log(`${((performance.now() - began) / 1000).toFixed(1)} s  ${text}`);
  const rules = await yamlsIn(alerts);
  await checkRules(tally, rules);
  say('rules and their tests are read');
  await using sink = await OtlpSink.start();
  await using cluster = await startBusy(sink.endpoint);
  const addressesOf = (of: readonly { readonly at: { readonly ops: number } }[]) =>
    of.map(({ at }) => `127.0.0.1:${at.ops}`);
  await using prometheus = await PrometheusServer.start(
    [
      { job: 'gateway', targets: addressesOf(cluster.gateways) },
      { job: 'balancer', targets: addressesOf(cluster.balancers) },
      { job: 'worker', targets: addressesOf(cluster.workers) },
    ],
    { everyMs, rules },
  );
  say('a deployment runs, and Prometheus scrapes it');
  const from = Date.now() / 1000;
  await keepBusy(cluster);
  await pause(settleMs);
  const window = { from, to: Date.now() / 1000 };
  say('it was busy, refused edits and lost a worker');
  const known = await prometheus.names();
  for (const asked of [...panelQueries(dashboardFiles(), rateWindow), ...(await ruleQueries(rules))]) {
    tally.note(asked.where, await findFault(prometheus, asked, { window, known }));
  }
  for (const { name, lastError } of await prometheus.rules()) tally.note(`evaluating ${name}`, lastError || undefined);
  for (const histogram of withExemplars) {
    const count = await prometheus.exemplars(histogram, window);
    tally.note(`exemplars of ${histogram}`, count > 0 ? undefined : 'none');
  }
  say('all was asked');
  if (values.draw !== undefined)
    await drawAll(prometheus, { folder: resolve(process.env['INSTGENIE_CWD'] ?? '.', values.draw), window });
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  return tally.failed === 0 ? 0 : 1;
}

/** What Grafana would show, roughly. */
async function drawAll(
  prometheus: PrometheusServer,
  { folder, window }: { readonly folder: string; readonly window: Window },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, text } of dashboardFiles()) {
    const { title, panels } = JSON.parse(text) as Dashboard;
    const drawn = panels.map(async ({ title: of, type, fieldConfig, targets }) => ({
      title: of,
      unit: fieldConfig.defaults.unit ?? 'none',
      isHeat: type === 'heatmap',
      answers: await Promise.all(
        targets.map(async ({ expr, legendFormat: legend = '' }) => ({
          legend,
          series: await prometheus.range(filled(expr, rateWindow), window),
        })),
      ),
    }));
    await writeFile(join(folder, name.replace('.json', '.svg')), drawDashboard(title, await Promise.all(drawn)));
  }
}

async function checkRules(tally: Tally, rules: readonly string[]): Promise<void> {
  const { promtool } = await providePrometheus();
  for (const [command, files] of [
    ['check', rules],
    ['test', await yamlsIn(join(alerts, 'tests'))],
  ] as const) {
    for (const file of files) {
      const fault = await run(promtool, [command, 'rules', file]).then(
        () => undefined,
        (thrown: unknown) => String((thrown as { readonly stdout?: string }).stdout ?? thrown),
      );
      tally.note(`promtool ${command} rules ${file}`, fault);
    }
  }
}

async function yamlsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith('.yaml')).map((name) => join(folder, name));
}

process.exitCode = await main();
