import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { getContent, putContent } from './content.ts';
import { DirectoryBlobs } from './directory-blobs.ts';

const limit = { bytesMax: 4 * 1024 ** 2 };
const folder = () => mkdtempDisposable(join(tmpdir(), 'instgenie-blobs-'));
const bytes = (text: string) => new TextEncoder().encode(text);

/** Another process that appends its letter to a blob by conditional writes, and prints a line after each. */
function startWriter(root: string, { letter, writes }: { readonly letter: string; readonly writes: number }) {
  const writer = join(import.meta.dirname, 'testing-writer.ts');
  const args = ['--disable-warning=ExperimentalWarning', writer, root, letter, String(writes)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('conditional writes of several processes are all kept', async () => {
  await using root = await folder();
  const writers = ['a', 'b'].map((letter) => startWriter(root.path, { letter, writes: 40 }));
  await Promise.all(writers.map((writer) => once(writer.stdout.resume(), 'end')));
  const text = Buffer.from((await new DirectoryBlobs(root.path).get('counted', limit))?.bytes ?? []).toString();
  assert.deepEqual([text.length, text.replaceAll('b', '').length], [80, 40]);
});

test('a writer that is killed leaves a whole blob and no lock', async () => {
  await using root = await folder();
  const blobs = new DirectoryBlobs(root.path);
  for (const lines of [1, 2, 3, 5, 8, 13]) {
    const writer = startWriter(root.path, { letter: 'x', writes: 1_000_000 });
    let acknowledged = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      acknowledged = Number(line);
      if (acknowledged >= lines) break;
    }
    writer.kill('SIGKILL');
    await once(writer, 'close');
    const text = Buffer.from((await blobs.get('counted', limit))?.bytes ?? []).toString();
    assert.match(text, /^x+$/);
    assert.ok(text.length >= acknowledged, `${text.length} of ${acknowledged}`);
    assert.equal(await blobs.delete('counted'), true);
  }
});

test('what dead writers have left is removed, what living ones write stays', async () => {
  await using root = await folder();
  await new DirectoryBlobs(root.path).put('a', bytes('1'));
  const temporaries = join(root.path, '.partial');
  await writeFile(join(temporaries, 'old'), 'half');
  await utimes(join(temporaries, 'old'), new Date(0), new Date(0));
  await writeFile(join(temporaries, 'new'), 'half');
  await new DirectoryBlobs(root.path).put('a', bytes('2'));
  assert.deepEqual(await readdir(temporaries), ['new']);
});

test('names are listed in byte order, and a name that leads to others is none itself', async () => {
  await using root = await folder();
  const blobs = new DirectoryBlobs(root.path);
  const names = ['p/a-b', 'p/a.c', 'p/a/x', 'p/a0'];
  for (const name of names.toReversed()) await blobs.put(name, bytes(name));
  const found: string[] = [];
  for await (const name of blobs.list('p/')) found.push(name);
  assert.deepEqual(found, names);
  assert.equal(await blobs.get('p/a', limit), undefined);
  assert.equal(await blobs.delete('p/a'), false);
  await assert.rejects(blobs.put('p/a', bytes('1')), { code: 'invalid' });
  await assert.rejects(blobs.put('p/a0/x', bytes('1')), { code: 'invalid' });
});

test('damaged content is put right by putting it again', async () => {
  await using root = await folder();
  const blobs = new DirectoryBlobs(root.path);
  const digest = await putContent(blobs, bytes('picture'));
  for (const damage of ['', 'torn', 'longer than it was']) {
    await writeFile(join(root.path, 'content', digest.slice(0, 2), digest), damage);
    await putContent(blobs, bytes('picture'));
    assert.deepEqual(Buffer.from(await getContent(blobs, digest, limit)).toString(), 'picture');
  }
});
