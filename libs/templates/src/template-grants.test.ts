import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryBlobs } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import { TemplateLibrary } from './template-library.ts';

class CountedBlobs extends DirectoryBlobs {
  reads = 0;

  override get(name: string, limit: { readonly bytesMax: number }) {
    this.reads++;
    return super.get(name, limit);
  }
}

async function open() {
  const root = await mkdtempDisposable(join(tmpdir(), 'instgenie-grants-'));
  const blobs = new CountedBlobs(root.path);
  return { root, blobs, library: new TemplateLibrary(blobs, () => new Date('2026-11-24T08:00:00Z')) };
}

const poster = {
  tenant: 'shop',
  name: 'poster',
  source: { sha256: '0f'.repeat(32), bytes: 1000, width: 512, height: 512 },
  prompt: '',
  noiseSeed: 0,
  keepEvery: 1,
} as const;

test('a tenant finds what it was granted by its id, until that is taken back', async () => {
  const { root, library } = await open();
  await using _ = root;
  const { id } = await library.add(poster);
  await assert.rejects(library.find('agency', id), { code: 'not-found' });
  await library.grant({ tenant: 'shop', id }, { to: 'agency', isGranted: true });
  assert.deepEqual((await library.find('agency', id)).grantedTo, ['agency']);
  assert.equal((await library.find('shop', id)).name, 'poster');
  await assert.rejects(library.get('agency', id), { code: 'not-found' });
  await assert.rejects(library.remove('agency', id), { code: 'not-found' });
  assert.deepEqual(await Array.fromAsync(library.list('agency')), []);
  await library.grant({ tenant: 'shop', id }, { to: 'agency', isGranted: false });
  await assert.rejects(library.find('agency', id), { code: 'not-found' });
});

test("another tenant's id reads as many blobs as one that nobody has, and is refused in the same words", async () => {
  const { root, library, blobs } = await open();
  await using _ = root;
  const { id } = await library.add(poster);
  await library.grant({ tenant: 'shop', id }, { to: 'agency', isGranted: true });
  const outcomes: unknown[] = [];
  for (const wanted of [id, 'e'.repeat(24)]) {
    blobs.reads = 0;
    const thrown = await library.find('stranger', wanted).catch((reason: unknown) => reason);
    assert.ok(thrown instanceof ServiceError);
    outcomes.push([thrown.code, thrown.field, thrown.message, blobs.reads]);
  }
  assert.deepEqual(outcomes[0], outcomes[1]);
  assert.equal(blobs.reads, 2);
});

test('a template that is made again after its deletion is granted to nobody', async () => {
  const { root, library } = await open();
  await using _ = root;
  const { id } = await library.add(poster);
  await library.grant({ tenant: 'shop', id }, { to: 'agency', isGranted: true });
  await library.remove('shop', id);
  assert.equal((await library.add(poster)).id, id);
  await assert.rejects(library.find('agency', id), { code: 'not-found' });
});

test('a template is granted to a hundred tenants and no more', async () => {
  const { root, library } = await open();
  await using _ = root;
  const { id } = await library.add(poster);
  const grantedTo = Array.from({ length: 100 }, (_, at) => `tenant-${at}`);
  await library.update({ tenant: 'shop', id }, (known) => ({ ...known, grantedTo }));
  await library.grant({ tenant: 'shop', id }, { to: 'tenant-7', isGranted: true });
  const more = library.grant({ tenant: 'shop', id }, { to: 'one-more', isGranted: true });
  await assert.rejects(more, { code: 'invalid', field: 'tenant' });
});

test('pages hold all templates once, whatever their size', async () => {
  const { root, library } = await open();
  await using _ = root;
  const ids: string[] = [];
  for (let noiseSeed = 0; noiseSeed < 37; noiseSeed++) ids.push((await library.add({ ...poster, noiseSeed })).id);
  for (const size of [1, 5, 37, 100]) {
    const seen: string[] = [];
    for (let after = '', hasMore = true; hasMore; after = seen.at(-1) ?? '') {
      const page = await library.page('shop', { after, size });
      assert.ok(page.records.length <= size);
      seen.push(...page.records.map(({ id }) => id));
      hasMore = page.hasMore;
    }
    assert.deepEqual(seen, ids.toSorted());
  }
  assert.deepEqual([await library.count('shop', 10), await library.count('shop', 100)], [10, 37]);
});
