import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { parseConfig, readConfig } from './read-config.ts';
import { addressText, byteCount } from './values.ts';

const schema = z.strictObject({
  listen: addressText.default('127.0.0.1:0'),
  store: z.strictObject({ memory: byteCount.default(1), pinned: z.boolean().default(false) }).prefault({}),
  models: z.array(z.strictObject({ name: z.string() })).default([]),
});

test('a file is read, assignments win over it, and what is left out has its default', () => {
  const text = 'store:\n  memory: 20Gi\nmodels:\n  - name: a\n';
  assert.deepEqual(parseConfig(schema, { text }), {
    listen: '127.0.0.1:0',
    store: { memory: 20 * 2 ** 30, pinned: false },
    models: [{ name: 'a' }],
  });
  const set = ['store.memory=1.5Ki', 'store.pinned=true', 'models.0.name=b', 'listen="[::1]:80"'];
  assert.deepEqual(parseConfig(schema, { text, set }), {
    listen: '[::1]:80',
    store: { memory: 1536, pinned: true },
    models: [{ name: 'b' }],
  });
});

test('every wrong setting is named at once', () => {
  const text = 'listen: 1\nstore: { memory: much, colour: red }\n';
  assert.throws(() => parseConfig(schema, { text }), {
    code: 'invalid',
    field: 'config',
    message: /^listen: .*\nstore\.memory: expected bytes.*\nstore: .*colour/s,
  });
});

test('a secret comes from a file, whatever is in it', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'instgenie-config-'));
  const file = join(folder.path, 'redis');
  const secret = 'redis://:a#b: {c}@redis:6379';
  await writeFile(file, `${secret}\n`);
  const text = z.strictObject({ redis: z.string() });
  assert.deepEqual(await readConfig(text, { setFile: [`redis=${file}`] }), { redis: secret });
  await assert.rejects(readConfig(text, { setFile: ['redis=/nowhere/redis'] }), { code: 'not-found' });
  await assert.rejects(readConfig(text, { setFile: [file] }), { code: 'invalid', message: /^set-file: / });
});

test('what is no configuration says so', async () => {
  for (const text of ['- a', '{', 'text', 'a: &a [*a, *a]'.repeat(2)]) {
    assert.throws(() => parseConfig(schema, { text }), { code: 'invalid', field: 'config' });
  }
  for (const set of ['listen', '=1', 'store..memory=1', '__proto__.polluted=1', 'store.constructor=1']) {
    assert.throws(() => parseConfig(schema, { text: '', set: [set] }), { code: 'invalid', message: /^set: / });
  }
  assert.equal(Reflect.get({}, 'polluted'), undefined);
  await assert.rejects(readConfig(schema, { file: '/nowhere/worker.yaml' }), { code: 'not-found' });
});
