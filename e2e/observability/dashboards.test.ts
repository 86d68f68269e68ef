import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { dashboardFiles } from '@instgenie/dashboards';
import { parse } from 'yaml';
import { metricsOf, panelQueries, withoutBounds } from './check-queries.ts';
import { providePrometheus } from './provide-prometheus.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const alerts = join(root, 'deploy/alerts');
const runbooks = 'docs/operating/alerts.md';

interface Alert {
  readonly alert?: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: { readonly runbook: string };
}

interface AlertTest {
  readonly alertname: string;
  readonly exp_alerts: readonly unknown[];
}

async function yamls(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.yaml')).map((name) => join(folder, name));
}

async function allAlerts(): Promise<readonly Alert[]> {
  const files = await Promise.all((await yamls(alerts)).map((path) => readFile(path, 'utf8')));
  type File = { readonly groups: readonly { readonly rules: readonly Alert[] }[] };
  const rules = files.flatMap((text) => (parse(text) as File).groups.flatMap((group) => group.rules));
  return rules.filter(({ alert }) => alert !== undefined);
}

test('dashboards are what their TypeScript says, here and in the chart: node24 deploy/dashboards/src/main.ts', async () => {
  for (const folder of ['deploy/dashboards', 'charts/instgenie/dashboards']) {
    const names = (await readdir(join(root, folder))).filter((name) => /^(?!package).*\.json$/.test(name));
    assert.deepEqual(
      names.toSorted(),
      dashboardFiles()
        .map(({ name }) => name)
        .toSorted(),
    );
    for (const { name, text } of dashboardFiles()) {
      assert.equal(await readFile(join(root, folder, name), 'utf8'), text, `${folder}/${name}`);
    }
  }
});

test('the chart has the same rules', async () => {
  const chart = join(root, 'charts/instgenie/rules');
  assert.deepEqual(
    (await readdir(chart)).toSorted(),
    (await yamls(alerts)).map((path) => path.slice(alerts.length + 1)).toSorted(),
  );
  for (const name of await readdir(chart)) {
    assert.equal(await readFile(join(chart, name), 'utf8'), await readFile(join(alerts, name), 'utf8'), name);
  }
});

test('each panel says what it shows, has a place of its own, and asks for metrics', () => {
  for (const { name, text } of dashboardFiles()) {
    type Panel = {
      readonly title: string;
      readonly description: string;
      readonly gridPos: { readonly x: number; readonly y: number };
    };
    const { panels, uid } = JSON.parse(text) as { readonly panels: readonly Panel[]; readonly uid: string };
    assert.equal(`${uid}.json`, `instgenie-${name}`);
    assert.equal(new Set(panels.map(({ gridPos: { x, y } }) => `${x},${y}`)).size, panels.length, name);
    for (const { title, description } of panels) assert.ok(description.length > 3, `${name}: ${title}`);
  }
  for (const { where, query } of panelQueries(dashboardFiles(), '1m')) assert.ok(metricsOf(query).length > 0, where);
});

test('each alert has a severity, a runbook that is there, a case in which it fires and one in which it does not', async () => {
  const text = await readFile(join(root, runbooks), 'utf8');
  const sections = new Set(text.match(/^## .*$/gm)?.map((line) => line.slice(3).toLowerCase()));
  const tests = await Promise.all((await yamls(join(alerts, 'tests'))).map((path) => readFile(path, 'utf8')));
  type File = { readonly tests: readonly { readonly alert_rule_test: readonly AlertTest[] }[] };
  const cases = tests.flatMap((file) => (parse(file) as File).tests.flatMap((each) => each.alert_rule_test));
  for (const { alert = '', labels, annotations } of await allAlerts()) {
    assert.ok(labels?.severity === 'page' || labels?.severity === 'ticket', alert);
    const [file, section = ''] = annotations?.runbook.split('#') ?? [];
    assert.equal(file, runbooks);
    assert.ok(sections.has(section), `${runbooks} has no section for ${alert}`);
    const own = cases.filter(({ alertname }) => alertname === alert);
    assert.ok(
      own.some((each) => each.exp_alerts.length > 0),
      `${alert} never fires in a test`,
    );
    assert.ok(
      own.some((each) => each.exp_alerts.length === 0),
      `${alert} is never silent in a test`,
    );
  }
});

test('Prometheus takes the rules, and they do in its tests what they should', async () => {
  const { promtool } = await providePrometheus();
  await run(promtool, ['check', 'rules', ...(await yamls(alerts))]);
  await run(promtool, ['test', 'rules', ...(await yamls(join(alerts, 'tests')))]);
});

test('alerts are asked without their bounds', () => {
  assert.equal(withoutBounds('a > 0.01 and b > 0.01'), 'a and b');
  assert.equal(withoutBounds('max by (x) (a{b="c"}) == 0'), 'max by (x) (a{b="c"})');
  assert.equal(withoutBounds('absent(a)'), 'a');
});
