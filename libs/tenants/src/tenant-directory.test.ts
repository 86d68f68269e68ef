import assert from 'node:assert/strict';
import { mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryBlobs } from '@instgenie/blobs';
import { TenantDirectory } from './tenant-directory.ts';

const dayMs = 86_400_000;
const folder = () => mkdtempDisposable(join(tmpdir(), 'instgenie-tenants-'));
const asked = { name: 'shop', scopes: ['edit', 'job'], expiresAtMs: undefined } as const;

test('tenants are created once, changed, listed, and gone with all their keys', async () => {
  await using root = await folder();
  const directory = new TenantDirectory(new DirectoryBlobs(root.path), () => 0);
  await directory.create('acme', { editsAtOnce: 2 });
  await assert.rejects(directory.create('acme', {}), { code: 'conflict', field: 'tenant' });
  await directory.setQuota('acme', (quota) => ({ ...quota, templates: 7 }));
  assert.deepEqual((await directory.get('acme')).quota, { editsAtOnce: 2, templates: 7 });
  const { record } = await directory.createKey('acme', asked);
  await directory.create('other', {});
  const names = (await Array.fromAsync(directory.list())).map(({ name }) => name);
  assert.deepEqual(names.toSorted(), ['acme', 'other']);

  assert.equal((await directory.delete('acme')).keys.length, 1);
  assert.equal(await directory.findKey(record.id), undefined);
  await assert.rejects(directory.get('acme'), { code: 'not-found', field: 'tenant' });
  await directory.create('acme', {});
  assert.equal(await directory.findKey(record.id), undefined);
});

test('only a digest of a key is kept, and nothing that was said becomes the name of a file', async () => {
  await using root = await folder();
  const directory = new TenantDirectory(new DirectoryBlobs(root.path), () => 0);
  await directory.create('acme', {});
  const { text, record } = await directory.createKey('acme', asked);
  assert.match(text, new RegExp(`^ik_${record.id}_[A-Za-z0-9_-]{43}$`));
  const secret = text.slice(-43);
  const names = await readdir(root.path, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile() && entry.name.endsWith('.json'));
  assert.equal(files.length, 2);
  for (const { name, parentPath } of files) {
    assert.match(name, /^[0-9a-f]{32}\.json$/);
    assert.ok(!(await readFile(join(parentPath, name), 'utf8')).includes(secret));
  }
});

test('damaged records are named, and never taken for absent', async () => {
  await using root = await folder();
  const blobs = new DirectoryBlobs(root.path);
  const directory = new TenantDirectory(blobs, () => 0);
  await directory.create('acme', {});
  const [blob = ''] = await Array.fromAsync(blobs.list('tenants/'));
  for (const bytes of [Buffer.from('{'), Buffer.alloc(2 ** 20 + 1, ' ')]) {
    await blobs.put(blob, bytes);
    const damaged: string[] = [];
    assert.deepEqual(await Array.fromAsync(directory.list((name) => damaged.push(name))), []);
    assert.deepEqual(damaged, [blob]);
    await assert.rejects(directory.find('acme'));
    await assert.rejects(directory.create('acme', {}), { code: 'conflict' });
  }
});

test('a rotated key goes on for the grace, and the new one takes over its name, scopes and life', async () => {
  await using root = await folder();
  let nowMs = 0;
  const directory = new TenantDirectory(new DirectoryBlobs(root.path), () => nowMs);
  await directory.create('acme', {});
  const first = await directory.createKey('acme', { ...asked, expiresAtMs: 10 * dayMs });
  nowMs = dayMs;
  const second = await directory.rotateKey('acme', first.record.id, { graceMs: 1000 });
  const { name, scopes, rotatedFrom, expiresAt } = second.record;
  assert.deepEqual([name, scopes, rotatedFrom], ['shop', ['edit', 'job'], first.record.id]);
  assert.equal(Date.parse(expiresAt ?? ''), 11 * dayMs);
  const old = await directory.findKey(first.record.id);
  assert.equal(Date.parse(old?.key.expiresAt ?? ''), dayMs + 1000);
  nowMs += 1000;
  await assert.rejects(directory.rotateKey('acme', first.record.id, { graceMs: 0 }), {
    code: 'conflict',
    field: 'key',
  });
});

test('of keys that many make at once none is lost, and there is an end of them', async () => {
  await using root = await folder();
  let nowMs = 0;
  const blobs = new DirectoryBlobs(root.path);
  const directory = new TenantDirectory(blobs, () => nowMs);
  await directory.create('acme', {});
  await Promise.all(Array.from({ length: 8 }, () => directory.createKey('acme', asked)));
  assert.equal((await directory.get('acme')).keys.length, 8);
  for (let made = 8; made < 200; made++) await directory.createKey('acme', { ...asked, expiresAtMs: dayMs });
  await assert.rejects(directory.createKey('acme', asked), { code: 'overloaded', field: 'key' });
  assert.equal((await Array.fromAsync(blobs.list('keys/'))).length, 200);
  nowMs = 32 * dayMs;
  await directory.createKey('acme', asked);
  assert.equal((await directory.get('acme')).keys.length, 9);
});

test('a deletion that was cut off has ended everything, and is done again', async () => {
  await using root = await folder();
  class Cut extends DirectoryBlobs {
    isCut = false;
    override delete(name: string) {
      return this.isCut ? Promise.reject(new Error('cut off')) : super.delete(name);
    }
  }
  const blobs = new Cut(root.path);
  const directory = new TenantDirectory(blobs, () => 0);
  await directory.create('acme', {});
  const { record } = await directory.createKey('acme', asked);
  blobs.isCut = true;
  await assert.rejects(directory.delete('acme'), /cut off/);
  assert.equal(await directory.findKey(record.id), undefined);
  await assert.rejects(directory.createKey('acme', asked), { code: 'not-found' });
  await assert.rejects(directory.create('acme', {}), { code: 'conflict' });
  blobs.isCut = false;
  await directory.delete('acme');
  await directory.create('acme', {});
});

for (const name of ['', '-a', 'a b', 'ä', 'a/b', 'x'.repeat(101), '../../etc', 'a\n']) {
  test(`${JSON.stringify(name).slice(0, 20)} names no tenant`, async () => {
    const directory = new TenantDirectory(new DirectoryBlobs('/nowhere'), () => 0);
    await assert.rejects(directory.create(name, {}), { code: 'invalid', field: 'tenant' });
  });
}
