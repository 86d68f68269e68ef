// Checks the chart: `npm run -s chart:check`. With --write, first makes what is generated anew.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { accessMistakes } from './access.ts';
import { generatedFiles, missingLinks } from './chart-files.ts';
import { duplicates } from './duplicates.ts';
import { chartFolder, Helm } from './helm.ts';
import { type KubeObject, nameOf, readObjects } from './kube-objects.ts';
import { longNames } from './name-lengths.ts';
import { networkMistakes } from './network-rules.ts';
import { typeMistakes } from './object-types.ts';
import { podSecurityMistakes } from './pod-security.ts';
import { refusals } from './refusals.ts';
import { settingsMistakes } from './service-settings.ts';
import { documentedValues } from './values-docs.ts';
import { variants } from './variants.ts';

const ofPresets: Readonly<Record<string, (objects: readonly KubeObject[]) => readonly string[]>> = {
  'every field is of Kubernetes 1.36': (objects) =>
    objects.flatMap((object) => typeMistakes(object).map((text) => `${nameOf(object)}: ${text}`)),
  'no name is there twice, or too long': (objects) => [...duplicates(objects), ...longNames(objects)],
  'Pod Security restricted, read-only roots': podSecurityMistakes,
  'tokens and roles for those who watch': accessMistakes,
  'network policies let through what they should': networkMistakes,
  'services take their settings': settingsMistakes,
};

async function main(): Promise<number> {
  const counts = { passed: 0, failed: 0 };
  const check = (name: string, wrong: readonly string[]) => {
    counts[wrong.length === 0 ? 'passed' : 'failed'] += 1;
    console.log(`${wrong.length === 0 ? 'ok  ' : 'FAIL'}  ${name}`);
    for (const text of wrong.slice(0, 20)) console.log(`        ${text}`);
  };

  const generated = await generatedFiles();
  for (const [path, text] of generated) {
    if (process.argv.includes('--write')) await writeFile(join(chartFolder, path), text);
    const found = await readFile(join(chartFolder, path), 'utf8').catch(() => '');
    check(`${path} is up to date`, found === text ? [] : ['npm run -s chart:write makes it anew']);
  }
  check('dashboards and alerts are in the chart', await missingLinks());
  const values = documentedValues(await readFile(join(chartFolder, 'values.yaml'), 'utf8'));
  check(
    `all ${values.length} values are documented`,
    values.filter(({ comment }) => comment === '').map(({ path }) => path),
  );

  const helm = await Helm.open();
  const presets = (await readdir(join(chartFolder, 'ci'))).filter((name) => name.endsWith('-values.yaml')).toSorted();
  for (const preset of presets) {
    const name = basename(preset, '-values.yaml');
    const file = join(chartFolder, 'ci', preset);
    const lint = helm.run('lint', '--strict', chartFolder, '--values', file);
    check(`${name}: helm lint --strict`, lint.status === 0 ? [] : [`${lint.stdout}${lint.stderr}`]);
    let objects: readonly KubeObject[];
    try {
      objects = readObjects(helm.template('--values', file));
    } catch (thrown) {
      check(`${name}: renders`, [thrown instanceof Error ? thrown.message : String(thrown)]);
      continue;
    }
    for (const [what, mistakes] of Object.entries(ofPresets)) check(`${name}: ${what}`, mistakes(objects));
  }
  for (const variant of variants) {
    check(`renders: ${variant.name}`, mistakesOf(helm, variant.args(chartFolder)));
  }
  for (const refusal of refusals) {
    const { stderr, status } = helm.run('template', 'rel', chartFolder, ...refusal.args(chartFolder));
    const isRefused = status !== 0 && refusal.says.test(stderr);
    check(`refused: ${refusal.name}`, isRefused ? [] : [status === 0 ? 'it rendered' : stderr.slice(0, 600)]);
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 ? 0 : 1;
}

function mistakesOf(helm: Helm, args: readonly string[]): readonly string[] {
  try {
    const objects = readObjects(helm.template(...args));
    return Object.values(ofPresets).flatMap((mistakes) => mistakes(objects));
  } catch (thrown) {
    return [thrown instanceof Error ? thrown.message : String(thrown)];
  }
}

process.exitCode = await main();
