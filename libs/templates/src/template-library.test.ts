import assert from 'node:assert/strict';
import { mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryBlobs, getContent, putContent } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import { TemplateLibrary } from './template-library.ts';
import type { NewTemplate } from './template-record.ts';

const template = (fields: Partial<NewTemplate> = {}): NewTemplate => ({
  tenant: 'a shop',
  name: 'poster',
  source: { sha256: '0f'.repeat(32), bytes: 1000, width: 512, height: 512 },
  prompt: '',
  noiseSeed: 0,
  storage: 'int8',
  keepEvery: 1,
  ...fields,
});

async function open() {
  const root = await mkdtempDisposable(join(tmpdir(), 'instgenie-templates-'));
  const now = () => new Date('2026-11-24T08:00:00Z');
  return { root, library: new TemplateLibrary(new DirectoryBlobs(root.path), now) };
}

const isNotFound = (thrown: unknown) => thrown instanceof ServiceError && thrown.code === 'not-found';

test('the same picture with the same settings is one template; anything else is another one', async () => {
  const { root, library } = await open();
  await using _ = root;
  const first = await library.add(template());
  assert.deepEqual(await library.add(template({ name: 'again' })), first);
  const others = [
    { tenant: 'b' },
    { source: { ...template().source, sha256: 'f0'.repeat(32) } },
    { prompt: 'a' },
    { noiseSeed: 1 },
    { storage: 'fp16' as const },
    { keepEvery: 2 },
    { steps: 8 },
    { guidance: 8 },
  ];
  const ids = new Set([first.id]);
  for (const fields of others) ids.add((await library.add(template(fields))).id);
  assert.equal(ids.size, others.length + 1);
});

test("tenants are apart: another one's id is like one that does not exist", async () => {
  const { root, library } = await open();
  await using _ = root;
  const { id } = await library.add(template());
  for (const [tenant, wanted] of [
    ['other', id],
    ['a shop', 'f'.repeat(24)],
    ['a shop', '../../etc/passwd'],
  ] as const) {
    await assert.rejects(library.get(tenant, wanted), isNotFound);
    await assert.rejects(library.remove(tenant, wanted), isNotFound);
  }
  assert.deepEqual(await Array.fromAsync(library.list('other')), []);
  assert.equal((await library.get('a shop', id)).name, 'poster');
});

test('changes made at once are all there afterwards', async () => {
  const { root, library } = await open();
  await using _ = root;
  const { tenant, id } = await library.add(template());
  const keys = [1, 2, 3].map((n) => String(n).repeat(64));
  await Promise.all(
    keys.map((key) =>
      library.update({ tenant, id }, (record) => ({ ...record, variants: [...record.variants, { key, bytes: 1 }] })),
    ),
  );
  assert.deepEqual((await library.get(tenant, id)).variants.map(({ key }) => key).toSorted(), keys);
  await library.update({ tenant, id }, (record) => ({ ...record, isPinned: true }));
  assert.equal((await library.get(tenant, id)).isPinned, true);
});

test('a damaged record is named and left out, and a removed one is gone', async () => {
  const { root, library } = await open();
  await using _ = root;
  const kept = await library.add(template());
  const damaged = await library.add(template({ prompt: 'x' }));
  const names = await readdir(root.path, { recursive: true });
  const file = names.find((name) => name.endsWith(`${damaged.id}.json`)) ?? '';
  await writeFile(join(root.path, file), '{"version":1}');
  const found: string[] = [];
  assert.deepEqual(await Array.fromAsync(library.list('a shop', (name) => found.push(name))), [kept]);
  assert.equal(found.length, 1);
  await library.remove('a shop', kept.id);
  assert.deepEqual(await Array.fromAsync(library.list('a shop')), []);
});

test('names and prompts have bounds', async () => {
  const { root, library } = await open();
  await using _ = root;
  await assert.rejects(library.add(template({ name: 'x'.repeat(201) })), /name is out of its range/);
  await assert.rejects(library.add(template({ prompt: 'x'.repeat(32_001) })), /prompt is out of its range/);
});

test('a record that is too large, or lies in the wrong place, is damaged', async () => {
  const { root, library } = await open();
  await using _ = root;
  const a = await library.add(template({ tenant: 'a' }));
  const b = await library.add(template({ tenant: 'b' }));
  const names = await readdir(root.path, { recursive: true });
  const pathOf = (id: string) => join(root.path, names.find((name) => name.endsWith(`${id}.json`)) ?? '');
  for (const content of [await readFile(pathOf(a.id)), 'x'.repeat(300_000)]) {
    await writeFile(pathOf(b.id), content);
    const found: string[] = [];
    assert.deepEqual(await Array.fromAsync(library.list('b', (name) => found.push(name))), []);
    assert.equal(found.length, 1);
  }
  await writeFile(pathOf(b.id), await readFile(pathOf(a.id)));
  await assert.rejects(library.get('b', b.id), isNotFound);
});

test('many changes at once are all made, and one out of range is refused', async () => {
  const { root, library } = await open();
  await using _ = root;
  const { tenant, id } = await library.add(template());
  const keys = Array.from({ length: 16 }, (_, n) => n.toString(16).repeat(64));
  await Promise.all(
    keys.map((key) =>
      library.update({ tenant, id }, (record) => ({ ...record, variants: [...record.variants, { key, bytes: 1 }] })),
    ),
  );
  assert.deepEqual((await library.get(tenant, id)).variants.map(({ key }) => key).toSorted(), keys);
  const long = library.update({ tenant, id }, (record) => ({ ...record, name: 'x'.repeat(201) }));
  await assert.rejects(long, { code: 'invalid', field: 'name' });
  await assert.rejects(library.add(template({ tenant: 'shop\ud800' })), { code: 'invalid', field: 'tenant' });
});

test('a picture goes when no template of anybody uses it, and stays when a record cannot be read', async () => {
  const { root, library } = await open();
  await using _ = root;
  const blobs = new DirectoryBlobs(root.path);
  const bytes = new TextEncoder().encode('a picture');
  const sha256 = await putContent(blobs, bytes);
  const source = { ...template().source, sha256 };
  const [one, other] = [await library.add(template({ source })), await library.add(template({ source, tenant: 'b' }))];
  await library.remove('a shop', one.id);
  assert.equal(await library.removePicture(sha256), false);
  await library.remove('b', other.id);
  await blobs.put('templates/x/y.json', new TextEncoder().encode('{'));
  assert.equal(await library.removePicture(sha256), false);
  await blobs.delete('templates/x/y.json');
  assert.equal(await library.removePicture(sha256), true);
  await assert.rejects(getContent(blobs, sha256, { bytesMax: 100 }), isNotFound);
});

test("a tenant's variants count against its quota", async () => {
  const { root, library } = await open();
  await using _ = root;
  for (const tenant of ['a shop', 'b']) {
    for (const noiseSeed of [1, 2]) {
      const { id } = await library.add(template({ tenant, noiseSeed }));
      const variants = [{ key: `0${noiseSeed}`.repeat(32), bytes: noiseSeed * (tenant === 'b' ? 100 : 1) }];
      await library.update({ tenant, id }, (known) => ({ ...known, variants }));
    }
  }
  assert.deepEqual([await library.usedBytes('a shop'), await library.usedBytes('b')], [3, 300]);
});

test('who operates a deployment finds a template by its id alone', async () => {
  const { root, library } = await open();
  await using _ = root;
  await library.add(template());
  const other = await library.add(template({ tenant: 'b' }));
  assert.deepEqual(await library.locate(other.id), other);
  assert.equal(await library.locate('0'.repeat(24)), undefined);
  assert.equal(await library.locate('../b'), undefined);
});
