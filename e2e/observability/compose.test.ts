import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { balancerConfig } from '@instgenie/balancer';
import { parseConfig } from '@instgenie/config';
import { gatewayConfig } from '@instgenie/gateway';
import { workerConfig } from '@instgenie/worker';
import { parse } from 'yaml';
import { providePrometheus } from './provide-prometheus.ts';

const run = promisify(execFile);
const folder = join(import.meta.dirname, '../../deploy/compose');
const schemas = { gateway: gatewayConfig, balancer: balancerConfig, worker: workerConfig } as const;

interface Service {
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
}

async function read(name: string): Promise<unknown> {
  return parse(await readFile(join(folder, name), 'utf8'), { merge: true });
}

async function services(): Promise<ReadonlyMap<string, Service>> {
  const file = (await read('compose.yaml')) as { readonly services: Readonly<Record<string, Service>> };
  return new Map(Object.entries(file.services));
}

/** What a service is set to; undefined for those that are not ours. */
function settingsOf({ command = [] }: Service) {
  const [name = '', ...flags] = command;
  if (!(name in schemas)) return undefined;
  // As compose fills in variables that nobody has set.
  const set = flags.map((flag) => flag.replace(/^--set=/, '').replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'));
  return {
    name,
    set,
    config: parseConfig<(typeof schemas)[keyof typeof schemas]>(schemas[name as keyof typeof schemas], {
      text: '',
      set,
    }),
  };
}

test('each of our services takes the settings of the compose file', async () => {
  const names = [...(await services()).values()].flatMap((service) => settingsOf(service)?.name ?? []);
  assert.deepEqual(names.toSorted(), ['balancer', 'gateway', 'worker', 'worker']);
});

test('services name each other rightly, and what they mount is there', async () => {
  const all = await services();
  for (const [name, service] of all) {
    for (const setting of settingsOf(service)?.set ?? []) {
      for (const [, host = ''] of setting.matchAll(/([a-z][a-z0-9-]*):\d{4}/g))
        assert.ok(all.has(host), `${name}: ${host}`);
    }
    for (const [source = ''] of (service.volumes ?? []).map((volume) => volume.split(':'))) {
      if (source.startsWith('.')) await access(join(folder, source));
    }
  }
});

test('Prometheus takes its settings, and scrapes where services show figures', async () => {
  const { promtool } = await providePrometheus();
  const text = await readFile(join(folder, 'prometheus.yaml'), 'utf8');
  await using temporary = await mkdtempDisposable(join(tmpdir(), 'instgenie-'));
  const file = join(temporary.path, 'prometheus.yaml');
  await writeFile(file, text.replace('/etc/prometheus/alerts', join(folder, '../alerts')));
  await run(promtool, ['check', 'config', file]);
  type Scrape = {
    readonly job_name: string;
    readonly static_configs: readonly { readonly targets: readonly string[] }[];
  };
  const { scrape_configs: scrapes } = parse(text) as { readonly scrape_configs: readonly Scrape[] };
  const all = await services();
  for (const target of scrapes.flatMap(({ static_configs: found }) => found.flatMap(({ targets }) => targets))) {
    const [host = '', port] = target.split(':');
    assert.equal(settingsOf(all.get(host) ?? {})?.config.ops, `0.0.0.0:${port}`, target);
  }
});

test('Grafana leads from exemplars to traces', async () => {
  const { datasources } = (await read('grafana/datasources.yaml')) as {
    readonly datasources: readonly {
      readonly uid: string;
      readonly url: string;
      readonly jsonData?: {
        readonly exemplarTraceIdDestinations: readonly { readonly name: string; readonly datasourceUid: string }[];
      };
    }[];
  };
  const all = await services();
  for (const { url } of datasources) assert.ok(all.has(new URL(url).hostname), url);
  const [{ jsonData } = { jsonData: undefined }] = datasources;
  const [destination] = jsonData?.exemplarTraceIdDestinations ?? [];
  assert.equal(destination?.name, 'traceId');
  assert.ok(datasources.some(({ uid }) => uid === destination?.datasourceUid));
});
