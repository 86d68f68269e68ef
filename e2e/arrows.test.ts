import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Packages from the bottom up: each may import those above it in this list. pnpm lets none import an undeclared one. */
const libraries = [
  'domain',
  'config',
  'telemetry',
  'threads',
  'cost',
  'planner',
  'batching',
  'checkpoint',
  'onnx',
  'pictures',
  'diffusion',
  'engine',
];
const order = [
  ...libraries,
  'rpc',
  'client',
  'store',
  'index',
  'loader',
  'blobs',
  'tenants',
  'templates',
  'testing',
  'cli',
];
/** Pictures are an edge of their own: nothing between them and the tools knows them. */
const withoutPictures = new Set([
  'diffusion',
  'engine',
  'rpc',
  'client',
  'tenants',
  'store',
  'index',
  'loader',
  'blobs',
  'templates',
]);

test('packages import only packages below them', async () => {
  const names = await readdir(join(root, 'libs'));
  assert.deepEqual(names.toSorted(), order.toSorted());
  for (const name of names) {
    const manifest: unknown = JSON.parse(await readFile(join(root, 'libs', name, 'package.json'), 'utf8'));
    const used = Object.keys((manifest as { readonly dependencies?: object }).dependencies ?? {})
      .filter((dependency) => dependency.startsWith('@instgenie/'))
      .map((dependency) => dependency.slice('@instgenie/'.length));
    const below = new Set(order.slice(0, order.indexOf(name)));
    assert.ok(
      used.every((dependency) => below.has(dependency)),
      `${name} imports ${used.join()}`,
    );
    if (withoutPictures.has(name)) assert.ok(!used.includes('pictures'), `${name} imports pictures`);
  }
});

test('sources reach other packages by name only, and a family only through its entry', async () => {
  for (const name of await readdir(join(root, 'libs'))) {
    const folder = join(root, 'libs', name, 'src');
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const text = await readFile(join(folder, file), 'utf8');
      const imports = [...text.matchAll(/from '(\.[^']+)'/g)].map((match) =>
        join(folder, dirname(file), match[1] ?? ''),
      );
      for (const path of imports) assert.ok(path.startsWith(dirname(folder)), `${name}/src/${file} imports ${path}`);
      if (name !== 'diffusion' || file.startsWith('flux/') || ['open-model.ts', 'index.ts'].includes(file)) continue;
      for (const path of imports) assert.ok(!path.includes('/flux/'), `${file} imports ${path}`);
    }
  }
});
