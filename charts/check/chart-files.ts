import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chartFolder } from './helm.ts';
import { documentedValues, valueRows } from './values-docs.ts';
import { valuesSchema } from './values-schema.ts';

const begin = '<!-- values: npm run -s chart:write -->';
const end = '<!-- end of values -->';

/** Files of the chart that are made from others, by their path in it, as they should be. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const [values, readme] = await Promise.all(
    ['values.yaml', 'README.md'].map((name) => readFile(join(chartFolder, name), 'utf8')),
  );
  return new Map([
    ['values.schema.json', `${JSON.stringify(valuesSchema(), undefined, 1)}\n`],
    ['README.md', withTable(readme ?? '', valueRows(documentedValues(values ?? '')))],
  ]);
}

function withTable(readme: string, table: string): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new RangeError(`README.md has no place for values: ${begin} ... ${end}`);
  return `${readme.slice(0, from)}${begin}\n\n${table}\n\n${readme.slice(to)}`;
}

const deploy = join(chartFolder, '../../deploy');

/** Dashboards and alerts that the chart does not have; it has links to them, which Helm follows. */
export async function missingLinks(): Promise<readonly string[]> {
  const [dashboards, rules] = await Promise.all([
    missing({ from: 'dashboards', to: 'dashboards', ending: '.json' }),
    missing({ from: 'alerts', to: 'rules', ending: '.yaml' }),
  ]);
  return [...dashboards, ...rules];
}

interface LinkedFolder {
  readonly from: string;
  readonly to: string;
  readonly ending: string;
}

async function missing({ from, to, ending }: LinkedFolder): Promise<readonly string[]> {
  const read = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);
  const [sources, linked] = await Promise.all([read(join(deploy, from)), read(join(chartFolder, to))]);
  const wanted = sources.filter((name) => name.endsWith(ending) && name !== 'package.json');
  return [
    ...wanted
      .filter((name) => !linked.includes(name))
      .map((name) => `ln -s ../../../deploy/${from}/${name} charts/instgenie/${to}/`),
    ...linked.filter((name) => !wanted.includes(name)).map((name) => `${to}/${name} leads nowhere`),
  ];
}
