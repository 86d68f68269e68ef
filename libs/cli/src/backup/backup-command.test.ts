import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { type BlobStore, DirectoryBlobs, putContent } from '@instgenie/blobs';
import { TemplateLibrary } from '@instgenie/templates';
import { TenantDirectory } from '@instgenie/tenants';
import { temporaryFolder } from '../testing.ts';
import { runHere } from '../testing-here.ts';
import { parseTarHeader, tarHeader } from './tar-format.ts';

const prefixes = ['tenants/', 'keys/', 'templates/', 'grants/', 'content/', 'results/'];

/** All blobs that these tests make. */
async function files(blobs: BlobStore): Promise<ReadonlyMap<string, Uint8Array | undefined>> {
  const found = new Map<string, Uint8Array | undefined>();
  for (const prefix of prefixes) {
    for await (const name of blobs.list(prefix)) found.set(name, (await blobs.get(name, { bytesMax: 1e6 }))?.bytes);
  }
  return found;
}

/** A deployment of one tenant with a key and two templates, one of them granted. */
async function withDeployment() {
  const folder = await temporaryFolder();
  const blobs = new DirectoryBlobs(join(folder.path, 'blobs'));
  const directory = new TenantDirectory(blobs, Date.now);
  await directory.create('acme', { editsAtOnce: 8 });
  await directory.createKey('acme', { name: 'shop', scopes: ['edit'], expiresAtMs: undefined });
  const library = new TemplateLibrary(blobs, () => new Date());
  const ids: string[] = [];
  for (const text of ['a picture', 'another one']) {
    const bytes = Buffer.from(text.repeat(100));
    const sha256 = await putContent(blobs, bytes);
    const source = { sha256, bytes: bytes.length, width: 64, height: 64 };
    ids.push((await library.add({ tenant: 'acme', name: text, source, prompt: '', noiseSeed: 0, keepEvery: 1 })).id);
  }
  const [first = '', second = ''] = ids;
  await library.grant({ tenant: 'acme', id: first }, { to: 'other', isGranted: true });
  await blobs.put('results/not-this', Buffer.from('x'));
  await putContent(blobs, Buffer.from('of no template'));
  const run = async (...args: readonly string[]) => await runHere(['backup', ...args], folder.path);
  const close = () => folder[Symbol.asyncDispose]();
  return { folder, blobs, library, first, second, run, [Symbol.asyncDispose]: close };
}

suite('backups', { timeout: 60_000 }, () => {
  test('what cannot be made again comes back, byte for byte, and once only', async () => {
    await using deployment = await withDeployment();
    const { folder, blobs, run } = deployment;
    const made = await run('create', 'all.tar', '--blobs', 'blobs');
    assert.equal(
      made.stdout.replace(/, [0-9.]+ K?B.*$/s, ''),
      'all.tar: 1 tenants, 1 keys, 2 templates, 1 grants, 2 pictures',
    );
    assert.equal((await stat(join(folder.path, 'all.tar'))).mode & 0o077, 0);
    const dry = JSON.parse((await run('restore', 'all.tar', '--blobs', 'new', '--dry-run', '--json')).stdout);
    assert.deepEqual([dry.written, dry.isDryRun], [7, true]);
    const restored = new DirectoryBlobs(join(folder.path, 'new'));
    assert.equal((await files(restored)).size, 0);
    const first = JSON.parse((await run('restore', 'all.tar', '--blobs', 'new', '--json')).stdout);
    const again = JSON.parse((await run('restore', 'all.tar', '--blobs', 'new', '--json')).stdout);
    assert.deepEqual([first.written, first.same, again.written, again.same], [7, 0, 0, 7]);
    const before = await files(blobs);
    const after = await files(restored);
    assert.equal(after.size, 7);
    for (const [name, bytes] of after) assert.deepEqual(bytes, before.get(name), name);
    await new TemplateLibrary(restored, () => new Date()).find('other', deployment.first);
  });

  test('what has changed since stays as it is, unless it is to be replaced; a damaged picture is put right', async () => {
    await using deployment = await withDeployment();
    const { blobs, library, first, second, run } = deployment;
    await run('create', 'all.tar', '--blobs', 'blobs');
    const before = await files(blobs);
    await library.update({ tenant: 'acme', id: first }, (known) => ({ ...known, name: 'renamed' }));
    const { source } = await library.remove('acme', second);
    await blobs.put(`content/${source.sha256.slice(0, 2)}/${source.sha256}`, Buffer.from('torn'));
    const kept = await run('restore', 'all.tar', '--blobs', 'blobs');
    assert.match(kept.stdout, /\nwritten 1, replaced 1, the same already 4, other and left as they are 1\n$/);
    assert.match(kept.stderr, /^note: --replace puts back/);
    assert.equal((await library.get('acme', first)).name, 'renamed');
    const replaced = await run('restore', 'all.tar', '--blobs', 'blobs', '--replace');
    assert.match(replaced.stdout, /\nwritten 0, replaced 1, the same already 6, /);
    assert.deepEqual(await files(blobs), before);
  });

  test('a damaged record and a picture that is gone are named and left out', async () => {
    await using deployment = await withDeployment();
    const { blobs, library, first, run } = deployment;
    await blobs.put('tenants/torn.json', Buffer.from('{'));
    const { sha256 } = (await library.get('acme', first)).source;
    await blobs.delete(`content/${sha256.slice(0, 2)}/${sha256}`);
    const { exitCode, stderr } = await run('create', 'all.tar', '--blobs', 'blobs');
    assert.equal(exitCode, 1);
    assert.match(stderr, /tenants\/torn\.json is damaged.*content\/.*2 blobs are damaged or gone/s);
    assert.equal((await run('restore', 'all.tar', '--blobs', 'new')).exitCode, 0);
  });

  test('a file with any byte changed, cut off or missing writes nothing', async () => {
    await using deployment = await withDeployment();
    const { folder, run } = deployment;
    await run('create', 'all.tar', '--blobs', 'blobs');
    const whole = await readFile(join(folder.path, 'all.tar'));
    const manifestAt = whole.indexOf('"entries"');
    const damaged = [
      whole.subarray(0, whole.length / 2),
      Buffer.from(whole).fill(0x41, 700, 701),
      Buffer.from(whole).fill(0x41, 20, 21),
      Buffer.from(whole).fill(0x30, manifestAt + 90, manifestAt + 91),
      Buffer.alloc(1024),
      Buffer.from('nonsense'),
    ];
    for (const bytes of damaged) {
      await writeFile(join(folder.path, 'bad.tar'), bytes);
      const result = await run('restore', 'bad.tar', '--blobs', 'new');
      assert.deepEqual([result.exitCode, result.stdout], [2, '']);
      assert.match(result.stderr, /^instgenie: backup: it is no backup, or it is cut off or damaged\n$/);
    }
    assert.equal((await run('restore', 'none.tar', '--blobs', 'new')).exitCode, 2);
    assert.equal((await files(new DirectoryBlobs(join(folder.path, 'new')))).size, 0);
  });

  test('headers are read as they were written', () => {
    for (const header of [
      { name: 'a', bytes: 0 },
      { name: `content/${'0'.repeat(60)}`, bytes: 2 ** 28 },
    ]) {
      assert.deepEqual(parseTarHeader(tarHeader(header, 1e12)), header);
    }
    assert.throws(() => tarHeader({ name: 'x'.repeat(101), bytes: 1 }, 0), { code: 'unsupported' });
  });
});
