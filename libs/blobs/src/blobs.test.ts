import assert from 'node:assert/strict';
import { mkdtempDisposable, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkBlobName } from './blob-store.ts';
import { getContent, putContent } from './content.ts';
import { DirectoryBlobs } from './directory-blobs.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const limit = { bytesMax: 1000 };
const folder = () => mkdtempDisposable(join(tmpdir(), 'instgenie-blobs-'));

test('a blob is read as it was written, replaced, listed and deleted', async () => {
  await using root = await folder();
  const blobs = new DirectoryBlobs(root.path);
  assert.equal(await blobs.get('a/b', limit), undefined);
  await blobs.put('a/b', bytes('one'));
  await blobs.put('a/b', bytes('two'));
  await blobs.put('a/c/d', bytes('three'));
  assert.deepEqual(Buffer.from((await blobs.get('a/b', limit))?.bytes ?? []).toString(), 'two');
  assert.deepEqual(await Array.fromAsync(blobs.list('a/')), ['a/b', 'a/c/d']);
  assert.deepEqual(await Array.fromAsync(blobs.list('none/')), []);
  assert.deepEqual([await blobs.delete('a/b'), await blobs.delete('a/b')], [true, false]);
  await assert.rejects(blobs.get('a/c/d', { bytesMax: 3 }), /5 bytes are more than the 3 allowed/);
  assert.equal((await stat(join(root.path, 'a/c/d'))).mode & 0o077, 0);
  assert.deepEqual((await readdir(root.path, { recursive: true })).toSorted(), [
    '.lock',
    '.partial',
    'a',
    'a/c',
    'a/c/d',
  ]);
});

test('of many conditional writes at once exactly one wins', async () => {
  await using root = await folder();
  const blobs = new DirectoryBlobs(root.path);
  const created = await Promise.all([1, 2, 3, 4].map((n) => blobs.put('x', bytes(`${n}`), { ifMatch: null })));
  assert.equal(created.filter(({ kind }) => kind === 'written').length, 1);
  const { etag = '' } = (await blobs.get('x', limit)) ?? {};
  const changed = await Promise.all([5, 6, 7].map((n) => blobs.put('x', bytes(`${n}`), { ifMatch: etag })));
  assert.equal(changed.filter(({ kind }) => kind === 'written').length, 1);
});

test('content has its digest for a name, and damaged content is not found', async () => {
  await using root = await folder();
  const blobs = new DirectoryBlobs(root.path);
  const digest = await putContent(blobs, bytes('picture'));
  assert.equal(await putContent(blobs, bytes('picture')), digest);
  assert.deepEqual(Buffer.from(await getContent(blobs, digest, limit)).toString(), 'picture');
  await writeFile(join(root.path, 'content', digest.slice(0, 2), digest), 'other');
  await assert.rejects(getContent(blobs, digest, limit), /not there, or damaged/);
});

test('names that could leave the folder, or be mistaken for something else, are refused', () => {
  for (const name of [
    '',
    '/a',
    'a/',
    'a//b',
    '../a',
    'a/../b',
    '.a',
    'a/.b',
    'A',
    'a b',
    'a\0',
    'a\\b',
    'ä',
    'a'.repeat(201),
    'a/'.repeat(256) + 'a',
  ]) {
    assert.throws(() => checkBlobName(name), /not a name/, name);
  }
  for (const name of ['a', 'a.b', 'a/b-c_d.e/0']) checkBlobName(name);
});
