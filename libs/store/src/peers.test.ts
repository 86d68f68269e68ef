import assert from 'node:assert/strict';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { serveSource } from './peer/testing.ts';
import { fillVariant, openStore, randomKey, readLoan, smallShape, stepFiles, temporaryFolder } from './testing.ts';

const all = [0, 1, 2];

/** Two stores, of which the first one is served. */
async function openTwo(options: Parameters<typeof openStore>[1] = {}) {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await temporaryFolder());
  const holder = parts.use(await openStore(join(folder.path, 'holder')));
  const server = parts.use(await serveSource(holder.source));
  const asker = parts.use(await openStore(join(folder.path, 'asker'), options));
  const owned = parts.move();
  return {
    folder: folder.path,
    holder,
    server,
    address: `127.0.0.1:${server.port}`,
    asker,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test('a variant that another worker holds is borrowed from it, once for all borrowers, and copied to the own disk', async () => {
  await using two = await openTwo();
  const { holder, asker, server, address } = two;
  const key = randomKey();
  await fillVariant(holder, key);
  assert.equal(asker.borrow(key, { step: 0, chunks: all }), undefined);
  const addresses = [address];
  assert.equal(await asker.findAtPeers(key, { shape: smallShape, addresses }), true);
  const loans = [1, 2].map(() => asker.borrow(key, { step: 2, chunks: all }));
  for (const loan of loans) {
    assert.ok(loan !== undefined);
    assert.deepEqual(await readLoan(loan, { key, step: 2 }), ['right', 'right', 'right']);
  }
  for (const loan of loans) loan?.release();
  assert.deepEqual([asker.counts().chunksFromPeers, holder.counts().chunksLent], [3, 3]);
  assert.equal(await asker.copyFromPeers(key, { recomputeMs: 5 }), true);
  await server[Symbol.asyncDispose]();
  assert.equal(asker.find(key)?.isWhole, true);
  assert.ok((await asker.verify()).every(({ damaged, steps }) => damaged === 0 && steps === smallShape.steps.length));
});

test('memory smaller than a step borrows from peers by turns, and copies nothing', async () => {
  await using two = await openTwo({ memoryBytesMax: 2 * 8192 });
  const { holder, asker, address } = two;
  const key = randomKey();
  const shape = { steps: [0], chunkBytes: Array<number>(6).fill(8192) };
  await fillVariant(holder, key, shape);
  await asker.findAtPeers(key, { shape, addresses: [address] });
  const loan = asker.borrow(key, { step: 0, chunks: [0, 1, 2, 3, 4, 5] });
  assert.ok(loan !== undefined);
  assert.deepEqual(await readLoan(loan, { key, step: 0, shape }), Array<string>(6).fill('right'));
  loan.release();
  await asker.idle();
  assert.equal(await asker.copyFromPeers(key, { recomputeMs: 5 }), false);
  assert.equal(asker.find(key), undefined);
});

test('a peer that is gone, holds nothing or another shape is no peer', async () => {
  await using two = await openTwo();
  const { holder, asker, address } = two;
  const [key, other] = [randomKey(), randomKey()];
  await fillVariant(holder, key);
  const addresses = [address];
  const shape = { ...smallShape, chunkBytes: [4096, 4096, 4096] };
  assert.equal(await asker.findAtPeers(key, { shape, addresses }), false);
  assert.equal(await asker.findAtPeers(other, { shape: smallShape, addresses }), false);
  assert.equal(await asker.findAtPeers(key, { shape: smallShape, addresses: [] }), false);
  assert.equal(await asker.findAtPeers(key, { shape: smallShape, addresses: ['127.0.0.1:1'] }), false);
  assert.equal(await asker.findAtPeers(key, { shape: smallShape, addresses: ['127.0.0.1:1', address] }), true);
});

test('a peer that dies after it was found means computing, and it is not asked again', async () => {
  await using two = await openTwo();
  const { holder, asker, server, address } = two;
  const key = randomKey();
  await fillVariant(holder, key);
  await asker.findAtPeers(key, { shape: smallShape, addresses: [address] });
  await server[Symbol.asyncDispose]();
  const loan = asker.borrow(key, { step: 0, chunks: all });
  assert.ok(loan !== undefined);
  assert.deepEqual(await readLoan(loan, { key, step: 0 }), ['missing', 'missing', 'missing']);
  loan.release();
  await asker.idle();
  assert.equal(asker.borrow(key, { step: 0, chunks: all }), undefined);
  assert.equal(await asker.copyFromPeers(key, { recomputeMs: 5 }), false);
});

test('damage at the peer is found by it, and no byte of it is lent', async () => {
  await using two = await openTwo();
  const { folder, asker } = two;
  const key = randomKey();
  await fillVariant(two.holder, key);
  // Out of the holder's memory, so that it reads what is on its disk.
  for (let filled = 0; filled < 200; filled++) await fillVariant(two.holder, randomKey());
  const files = (await stepFiles(join(folder, 'holder'))).filter((path) => path.includes(key));
  assert.equal(files.length, 3);
  assert.equal(await asker.findAtPeers(key, { shape: smallShape, addresses: [two.address] }), true);
  for (const name of files) await truncate(name, 4096);
  const loan = asker.borrow(key, { step: 2, chunks: all });
  assert.ok(loan !== undefined);
  assert.ok((await readLoan(loan, { key, step: 2 })).every((found) => found === 'missing'));
  loan.release();
});

test('what is fetched ahead is there when it is borrowed', async () => {
  await using folder = await temporaryFolder();
  const key = randomKey();
  {
    await using store = await openStore(folder.path);
    await fillVariant(store, key);
  }
  await using store = await openStore(folder.path);
  store.prefetch(key, { step: 0, chunks: all });
  await store.idle();
  const loan = store.borrow(key, { step: 0, chunks: all });
  assert.ok(loan !== undefined);
  assert.deepEqual(
    all.map((chunk) => loan.gate.outcome(chunk)),
    ['ready', 'ready', 'ready'],
  );
  assert.deepEqual([store.counts().chunksFromDisk, store.counts().chunksFromMemory], [3, 3]);
  loan.release();
});
