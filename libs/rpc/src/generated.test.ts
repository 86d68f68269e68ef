import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const committed = join(import.meta.dirname, 'generated');
const root = join(import.meta.dirname, '../../..');

function contents(folder: string): ReadonlyMap<string, string> {
  const files = globSync('**/*.{ts,binpb}', { cwd: folder }).toSorted();
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), 'latin1')]));
}

test('the committed types and descriptors are what proto/ generates now (else: node scripts/proto.ts)', async (t) => {
  // Within the package, so that the formatter takes it for a part of the repository.
  const folder = await mkdtemp(join(import.meta.dirname, 'generated-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  execFileSync(process.execPath, [join(root, 'scripts/proto.ts'), folder], { stdio: 'pipe' });
  assert.deepEqual(contents(folder), contents(committed));
});

test('every field, message, method and enum value of proto/ says what it means', () => {
  for (const file of globSync('proto/**/*.proto', { cwd: root })) {
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    for (const [at, line] of lines.entries()) {
      if (!/^\s*(message|enum|service|rpc|repeated|[\w.]+ \w+ = \d|[A-Z_]+ = \d)/.test(line)) continue;
      assert.match(lines[at - 1] ?? '', /^\s*\/\//, `${file}:${at + 1} has no comment`);
    }
  }
});

test('packages lie in folders of their name, and services and enums are named as agreed', () => {
  for (const file of globSync('**/*.proto', { cwd: join(root, 'proto') })) {
    const text = readFileSync(join(root, 'proto', file), 'utf8');
    const folder = file.split('/').slice(0, -1).join('.');
    assert.equal(/^package (.+);$/m.exec(text)?.[1], folder);
    for (const [, name] of text.matchAll(/^service (\w+)/gm)) assert.match(name ?? '', /Service$/);
    for (const [, first] of text.matchAll(/^enum \w+ \{\n(?:\s*\/\/.*\n)*\s*(\w+) = 0;/gm)) {
      assert.match(first ?? '', /_UNSPECIFIED$/);
    }
    for (const [, name, request, response] of text.matchAll(/rpc (\w+)\((\w+)\) returns \((?:stream )?(\w+)\)/g)) {
      assert.deepEqual([request, response], [`${name}Request`, `${name}Response`]);
    }
  }
});
