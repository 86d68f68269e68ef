import assert from 'node:assert/strict';
import { copyFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { randomKey, temporaryFolder } from '../testing.ts';
import { Encodings } from './encodings.ts';

const bytesOf = (value: number, count = 100) => new Uint8Array(count).fill(value);
const files = async (root: string) =>
  (await readdir(join(root, 'encodings'), { recursive: true })).filter((name) => name.endsWith('.enc')).toSorted();

test('what was kept is there, also for the next process, until it or its variant is removed', async () => {
  await using folder = await temporaryFolder();
  const [key, other] = [randomKey(), randomKey()];
  const first = new Encodings(folder.path, { bytesMax: 10_000 });
  await first.put(key, 'x0', bytesOf(1));
  await first.put(key, 'masked ../../etc', bytesOf(2));
  await first.put(other, 'x0', bytesOf(3));
  const next = new Encodings(folder.path, { bytesMax: 10_000 });
  assert.deepEqual(await next.get(key, 'x0'), bytesOf(1));
  assert.deepEqual(await next.get(key, 'masked ../../etc'), bytesOf(2));
  assert.equal(await next.get(key, 'other'), undefined);
  await next.remove(key);
  assert.equal(await next.get(key, 'x0'), undefined);
  assert.deepEqual(await next.get(other, 'x0'), bytesOf(3));
  assert.equal(next.usedBytes, 108);
});

test('files stay within their bytes; what was used longest ago goes', async () => {
  await using folder = await temporaryFolder();
  const key = randomKey();
  const kept = new Encodings(folder.path, { bytesMax: 3 * 108 });
  for (const name of ['a', 'b', 'c']) await kept.put(key, name, bytesOf(1));
  await kept.get(key, 'a');
  await kept.put(key, 'd', bytesOf(1));
  await kept.put(key, 'huge', bytesOf(1, 1000));
  const found = await Promise.all(['a', 'b', 'c', 'd', 'huge'].map((name) => kept.get(key, name)));
  assert.deepEqual(
    found.map((bytes) => bytes !== undefined),
    [true, false, true, true, false],
  );
  assert.equal((await files(folder.path)).length, 3);
  assert.equal(new Encodings(folder.path, { bytesMax: 0 }).usedBytes, 0);
});

test('damaged, cut, swapped and foreign files are misses', async () => {
  await using folder = await temporaryFolder();
  const key = randomKey();
  const kept = new Encodings(folder.path, { bytesMax: 10_000 });
  for (const name of ['a', 'b', 'c']) await kept.put(key, name, bytesOf(7));
  const [one = '', two = '', three = ''] = (await files(folder.path)).map((name) =>
    join(folder.path, 'encodings', name),
  );
  await truncate(one, 3);
  await copyFile(three, two);
  await writeFile(three, new Uint8Array(200));
  for (const name of ['a', 'b', 'c']) assert.equal(await kept.get(key, name), undefined);
});
