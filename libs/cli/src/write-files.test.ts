import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { temporaryFolder } from './testing.ts';
import { writeFiles } from './write-files.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('files appear whole, replace what was there, and leave nothing else', async () => {
  await using folder = await temporaryFolder();
  const [a, b] = [join(folder.path, 'a.png'), join(folder.path, 'b.png')];
  await writeFile(a, 'old and longer');
  await writeFiles(
    new Map([
      [a, bytes('new')],
      [b, bytes('other')],
    ]),
  );
  assert.equal(await readFile(a, 'utf8'), 'new');
  assert.equal(await readFile(b, 'utf8'), 'other');
  assert.deepEqual((await readdir(folder.path)).toSorted(), ['a.png', 'b.png']);
});

test('when one file cannot be written, none is, and the old ones stay', async () => {
  await using folder = await temporaryFolder();
  const a = join(folder.path, 'a.png');
  await writeFile(a, 'old');
  const files = new Map([
    [a, bytes('new')],
    [join(folder.path, 'missing', 'b.png'), bytes('other')],
  ]);
  await assert.rejects(writeFiles(files), (thrown) => thrown instanceof ServiceError && thrown.code === 'not-found');
  assert.equal(await readFile(a, 'utf8'), 'old');
  assert.deepEqual(await readdir(folder.path), ['a.png']);
});

test('a failed rename leaves no temporary file', async () => {
  await using folder = await temporaryFolder();
  const taken = join(folder.path, 'a.png');
  await mkdir(join(taken, 'inside'), { recursive: true });
  await assert.rejects(writeFiles(new Map([[taken, bytes('new')]])));
  assert.deepEqual(await readdir(folder.path), ['a.png']);
});

test('a link is replaced, not followed', async () => {
  await using folder = await temporaryFolder();
  const [target, link] = [join(folder.path, 'target'), join(folder.path, 'link')];
  await writeFile(target, 'mine');
  await symlink(target, link);
  await writeFiles(new Map([[link, bytes('new')]]));
  assert.equal(await readFile(target, 'utf8'), 'mine');
  assert.equal(await readFile(link, 'utf8'), 'new');
});
