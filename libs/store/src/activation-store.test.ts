import assert from 'node:assert/strict';
import { rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { fillVariant, openStore, randomKey, readLoan, smallShape, temporaryFolder } from './testing.ts';

const all = [0, 1, 2];

test('what was filled is read back, from memory, from disk, and by another process later', async () => {
  await using folder = await temporaryFolder();
  const [first, second] = [randomKey(), randomKey()];
  {
    await using store = await openStore(folder.path);
    await fillVariant(store, first);
    const loan = store.borrow(first, { step: 2, chunks: all });
    assert.ok(loan !== undefined);
    assert.deepEqual(await readLoan(loan, { key: first, step: 2 }), ['right', 'right', 'right']);
    loan.release();
    assert.equal(store.counts().chunksFromDisk, 0);
    await fillVariant(store, second);
  }
  await using store = await openStore(folder.path);
  assert.equal(store.variants().length, 2);
  for (const key of [first, second]) {
    for (const step of smallShape.steps) {
      const loan = store.borrow(key, { step, chunks: [0, 2] });
      assert.ok(loan !== undefined);
      assert.equal(loan.offsets[1], -1);
      assert.deepEqual(await readLoan(loan, { key, step }), ['right', 'right']);
      loan.release();
    }
  }
  assert.deepEqual([store.counts().chunksFromDisk, store.counts().chunksFromMemory], [12, 0]);
  store.checkIntegrity();
});

test('borrowers of one step share one load, and chunks asked for later are loaded then', async () => {
  await using folder = await temporaryFolder();
  const key = randomKey();
  {
    await using store = await openStore(folder.path);
    await fillVariant(store, key);
  }
  await using store = await openStore(folder.path);
  const loans = [[0], [0, 1], [0, 1, 2]].map((chunks) => store.borrow(key, { step: 0, chunks }));
  for (const loan of loans) {
    assert.ok(loan !== undefined);
    assert.ok((await readLoan(loan, { key, step: 0 })).every((found) => found === 'right'));
  }
  await store.idle();
  assert.equal(store.counts().bytesRead, 16_384);
  assert.deepEqual([...store.bytesInMemory()], [[key, 16_384]]);
  for (const loan of loans) loan?.release();
});

test('steps that are written can be borrowed before the variant is committed, and do not outlive the process', async () => {
  await using folder = await temporaryFolder();
  const key = randomKey();
  {
    await using store = await openStore(folder.path);
    const filling = store.fill(key, { shape: smallShape, recomputeMs: 1 });
    assert.ok(filling !== undefined);
    assert.equal(store.fill(key, { shape: smallShape, recomputeMs: 1 }), undefined);
    const room = filling.room(2);
    assert.ok(room !== undefined);
    assert.equal(filling.room(2), undefined);
    assert.equal(store.borrow(key, { step: 2, chunks: all }), undefined);
    await filling.write(2, room);
    room.release();
    store.borrow(key, { step: 2, chunks: all })?.release();
    assert.deepEqual(filling.missing, [0, 4]);
    await assert.rejects(filling.commit(), /2 steps are missing/);
  }
  await using store = await openStore(folder.path);
  assert.equal(store.find(key), undefined);
});

test('a step that was computed but not written is not there', async () => {
  await using folder = await temporaryFolder();
  await using store = await openStore(folder.path);
  const key = randomKey();
  await using filling = store.fill(key, { shape: smallShape, recomputeMs: 1 });
  filling?.room(0)?.release();
  assert.equal(store.borrow(key, { step: 0, chunks: all }), undefined);
  assert.ok(filling?.room(0) !== undefined);
});

test('memory smaller than a step is a ring: every chunk comes, in its turn', async () => {
  await using folder = await temporaryFolder();
  const key = randomKey();
  const shape = { steps: [0], chunkBytes: Array.from({ length: 9 }, () => 8192) };
  {
    await using store = await openStore(folder.path);
    await fillVariant(store, key, shape);
  }
  await using store = await openStore(folder.path, { memoryBytesMax: 3 * 8192 });
  const loan = store.borrow(key, { step: 0, chunks: [0, 1, 2, 4, 5, 6, 7, 8] });
  assert.ok(loan !== undefined);
  assert.deepEqual(await readLoan(loan, { key, step: 0, shape }), Array(8).fill('right'));
  assert.equal(store.borrow(key, { step: 0, chunks: all }), undefined);
  loan.release();
  await store.idle();
  assert.equal(store.counts().memoryBytes, 0);
  const left = store.borrow(key, { step: 0, chunks: [0, 1, 2, 3] });
  left?.release();
  await store.idle();
  assert.equal(store.counts().memoryBytes, 0);
});

test('memory that is lent stays; what nobody uses goes when room is needed', async () => {
  await using folder = await temporaryFolder();
  const keys = [randomKey(), randomKey(), randomKey()];
  await using store = await openStore(folder.path, { memoryBytesMax: 40_960 });
  for (const key of keys) await fillVariant(store, key);
  const [first] = keys;
  assert.ok(first !== undefined);
  const kept = store.borrow(first, { step: 0, chunks: all });
  assert.ok(kept !== undefined);
  assert.deepEqual(await readLoan(kept, { key: first, step: 0 }), ['right', 'right', 'right']);
  for (const key of keys) {
    for (const step of smallShape.steps) {
      const loan = store.borrow(key, { step, chunks: all });
      assert.ok(loan !== undefined);
      assert.deepEqual(await readLoan(loan, { key, step }), ['right', 'right', 'right']);
      loan.release();
      await store.idle();
    }
  }
  assert.deepEqual(await readLoan(kept, { key: first, step: 0 }), ['right', 'right', 'right']);
  assert.ok(store.counts().memoryEvictions > 0);
  kept.release();
});

test('the disk keeps to its budget: the least valuable variant goes, pinned and borrowed ones stay', async () => {
  await using folder = await temporaryFolder();
  await using store = await openStore(folder.path, { diskBytesMax: 260_000 });
  const keys = [randomKey(), randomKey(), randomKey(), randomKey()] as const;
  for (const key of keys.slice(0, 3)) await fillVariant(store, key);
  store.pin(keys[0]);
  const loan = store.borrow(keys[1], { step: 0, chunks: [0] });
  await fillVariant(store, keys[3]);
  assert.deepEqual(new Set(store.variants().map(({ key }) => key)), new Set([keys[0], keys[1], keys[3]]));
  assert.ok(store.counts().diskBytes <= 260_000);
  store.pin(keys[3]);
  assert.throws(
    () => store.fill(randomKey(), { shape: smallShape, recomputeMs: 1 }),
    (thrown) => thrown instanceof ServiceError && thrown.code === 'overloaded' && /int8.*4th step/.test(thrown.message),
  );
  loan?.release();
});

test('a removed variant is gone from every tier, and its loans stay valid', async () => {
  await using folder = await temporaryFolder();
  const key = randomKey();
  {
    await using store = await openStore(folder.path);
    await fillVariant(store, key);
    const loan = store.borrow(key, { step: 4, chunks: all });
    assert.equal(await store.remove(key), true);
    assert.equal(await store.remove(key), false);
    assert.equal(store.borrow(key, { step: 4, chunks: all }), undefined);
    assert.ok(loan !== undefined);
    assert.deepEqual(await readLoan(loan, { key, step: 4 }), ['right', 'right', 'right']);
    loan.release();
    assert.equal(store.counts().memoryBytes, 0);
  }
  await using store = await openStore(folder.path);
  assert.equal(store.find(key), undefined);
});

test('a store has one process at a time, and what a dead one has left is taken over', async () => {
  await using folder = await temporaryFolder();
  {
    await using store = await openStore(folder.path);
    assert.equal(store.variants().length, 0);
    await assert.rejects(openStore(folder.path), /in use by process/);
  }
  await using again = await openStore(folder.path);
  assert.equal(again.variants().length, 0);
});

test('a read limit makes no read late, and verifying under it loses nothing', async () => {
  await using folder = await temporaryFolder();
  const key = randomKey();
  {
    await using store = await openStore(folder.path);
    await fillVariant(store, key);
  }
  await using store = await openStore(folder.path, { readBytesPerMsMax: 400, readDeadlineMs: 2_000 });
  for (const { damaged } of await store.verify()) assert.equal(damaged, 0);
  assert.equal(store.find(key)?.steps.length, 3);
  assert.equal(store.counts().loadsLate, 0);
});

test('two steps can have a ring at one time', async () => {
  await using folder = await temporaryFolder();
  const key = randomKey();
  const shape = { steps: [0, 1], chunkBytes: Array.from({ length: 6 }, () => 8192) };
  {
    await using store = await openStore(folder.path);
    await fillVariant(store, key, shape);
  }
  await using store = await openStore(folder.path, { memoryBytesMax: 5 * 8192 });
  const loans = [0, 1].map((step) => store.borrow(key, { step, chunks: [0, 1, 2, 3, 4, 5] }));
  for (const [step, loan] of loans.entries()) {
    assert.ok(loan !== undefined);
    assert.deepEqual(await readLoan(loan, { key, step, shape }), Array(6).fill('right'));
    loan.release();
  }
});

test('files that cannot be removed stay on the books, and disturb nothing else', async () => {
  await using folder = await temporaryFolder();
  await using store = await openStore(folder.path, { diskBytesMax: 100_000 });
  await fillVariant(store, randomKey());
  await rm(join(folder.path, 'trash'), { recursive: true });
  await writeFile(join(folder.path, 'trash'), 'not a folder');
  await fillVariant(store, randomKey()).catch(() => undefined);
  await store.idle();
  assert.ok(store.counts().diskBytes > 0);
  await unlink(join(folder.path, 'trash'));
});
