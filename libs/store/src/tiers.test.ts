import assert from 'node:assert/strict';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { VariantKey, VariantShape } from '@instgenie/domain';
import type { ActivationStore, StoreOptions } from './activation-store.ts';
import { serveSource } from './peer/testing.ts';
import type { StoreCounts } from './store-counters.ts';
import { fillVariant, openStore, randomKey, readLoan, smallShape, stepFiles, temporaryFolder } from './testing.ts';

const all = [0, 1, 2];
const mib = 1024 ** 2;

/** A store that has a variant on one tier only. */
interface OnTier extends AsyncDisposable {
  readonly store: ActivationStore;
  /** Cuts the files that the tier reads, if it reads any. */
  readonly damage: () => Promise<void>;
}

interface TierSetup {
  readonly key: VariantKey;
  readonly shape: VariantShape;
  readonly options?: Partial<StoreOptions>;
}

async function cutSteps(root: string): Promise<void> {
  for (const path of await stepFiles(root)) await truncate(path, 4096);
}

async function inMemory({ key, shape, options }: TierSetup): Promise<OnTier> {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await temporaryFolder());
  const store = parts.use(await openStore(folder.path, options));
  await fillVariant(store, key, shape);
  await store.idle();
  const owned = parts.move();
  return { store, damage: () => Promise.resolve(), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function onDisk({ key, shape, options }: TierSetup): Promise<OnTier> {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await temporaryFolder());
  {
    await using filled = await openStore(folder.path);
    await fillVariant(filled, key, shape);
  }
  const store = parts.use(await openStore(folder.path, options));
  const owned = parts.move();
  return { store, damage: () => cutSteps(folder.path), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function atPeer({ key, shape, options }: TierSetup): Promise<OnTier> {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await temporaryFolder());
  const root = join(folder.path, 'holder');
  {
    await using filled = await openStore(root);
    await fillVariant(filled, key, shape);
  }
  const holder = parts.use(await openStore(root));
  const server = parts.use(await serveSource(holder.source));
  const store = parts.use(await openStore(join(folder.path, 'asker'), options));
  assert.equal(await store.findAtPeers(key, { shape, addresses: [`127.0.0.1:${server.port}`] }), true);
  const owned = parts.move();
  return { store, damage: () => cutSteps(root), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const tiers: readonly {
  readonly name: string;
  readonly open: (setup: TierSetup) => Promise<OnTier>;
  readonly counter: keyof StoreCounts;
}[] = [
  { name: 'memory', open: inMemory, counter: 'chunksFromMemory' },
  { name: 'disk', open: onDisk, counter: 'chunksFromDisk' },
  { name: 'peer', open: atPeer, counter: 'chunksFromPeers' },
];

for (const { name, open, counter } of tiers) {
  test(`${name}: every chunk comes as it was written, in any selection, and is counted there`, async () => {
    const key = randomKey();
    await using tier = await open({ key, shape: smallShape });
    const before = tier.store.counts()[counter];
    for (const [step, chunks] of [
      [2, [1]],
      [0, all],
      [4, [2, 0]],
    ] as const) {
      const loan = tier.store.borrow(key, { step, chunks });
      assert.ok(loan !== undefined);
      const found = await readLoan(loan, { key, step });
      assert.ok(found.length >= chunks.length && found.every((each) => each === 'right'));
      loan.release();
    }
    assert.equal(tier.store.counts()[counter] - before, 6);
    assert.equal(tier.store.counts().chunksMissed, 0);
    tier.store.checkIntegrity();
  });

  test(`${name}: borrowers of the same step share one load, and each has its loan as long as it wants`, async () => {
    const key = randomKey();
    await using tier = await open({ key, shape: smallShape });
    const loans = Array.from({ length: 8 }, () => tier.store.borrow(key, { step: 0, chunks: all }));
    const bytes = name === 'memory' ? 0 : smallShape.chunkBytes.reduce((sum, each) => sum + each, 0);
    await tier.store.idle();
    assert.equal(tier.store.counts().bytesRead, bytes);
    for (const loan of loans) {
      assert.ok(loan !== undefined);
      assert.deepEqual(await readLoan(loan, { key, step: 0 }), ['right', 'right', 'right']);
      loan.release();
      loan.release();
    }
    tier.store.checkIntegrity();
  });

  test(`${name}: what is not held is not lent`, async () => {
    const key = randomKey();
    await using tier = await open({ key, shape: smallShape });
    assert.equal(tier.store.borrow(randomKey(), { step: 0, chunks: all }), undefined);
    assert.equal(tier.store.borrow(key, { step: 1, chunks: all }), undefined);
    assert.equal(tier.store.counts().chunksMissed, 6);
  });
}

// Memory is written by the store alone, and holds no more than it has.
for (const { name, open } of tiers.filter((tier) => tier.open !== inMemory)) {
  test(`${name}: damaged bytes are missing, never wrong, and are not read again`, async () => {
    const key = randomKey();
    await using tier = await open({ key, shape: smallShape });
    await tier.damage();
    const loan = tier.store.borrow(key, { step: 0, chunks: all });
    assert.ok(loan !== undefined);
    assert.deepEqual(await readLoan(loan, { key, step: 0 }), ['missing', 'missing', 'missing']);
    loan.release();
    await tier.store.idle();
    assert.equal(tier.store.borrow(key, { step: 0, chunks: all }), undefined);
  });

  test(`${name}: more is asked for than memory holds, and everything comes in turn`, async () => {
    const key = randomKey();
    const shape = { steps: [0, 1], chunkBytes: Array<number>(40).fill(64 * 1024) };
    await using tier = await open({ key, shape, options: { memoryBytesMax: mib } });
    for (const step of shape.steps) {
      const loan = tier.store.borrow(key, { step, chunks: shape.chunkBytes.map((_, chunk) => chunk) });
      assert.ok(loan !== undefined);
      assert.ok((await readLoan(loan, { key, step, shape })).every((each) => each === 'right'));
      loan.release();
      await tier.store.idle();
    }
    assert.ok(tier.store.counts().memoryBytes <= mib);
  });
}
