import assert from 'node:assert/strict';
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock, type VariantKey } from '@instgenie/domain';
import { headerBytes } from './format/layout.ts';
import { fillVariant, openStore, randomKey, readLoan, smallShape, stepFiles, temporaryFolder } from './testing.ts';

/** Whole numbers below `limit`, the same for the same seed. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}

const all = [0, 1, 2];

/** Why no small file system can be mounted here, or false. */
const mountRefused = process.getuid?.() === 0 ? false : 'mounting a small file system takes root';

async function writeAt(path: string, position: number, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, position);
}

/** One damage to a step's file; the others are there to be mixed up with it. */
async function damage(path: string, others: readonly string[], random: (limit: number) => number): Promise<void> {
  const { size } = await stat(path);
  const other = others[random(others.length)] ?? path;
  const kind = random(6);
  if (kind === 0) {
    const position = random(size);
    await using file = await open(path, 'r+');
    const byte = new Uint8Array(1);
    await file.read(byte, 0, 1, position);
    byte[0] = (byte[0] ?? 0) ^ (1 << random(8));
    await file.write(byte, 0, 1, position);
  } else if (kind === 1) await truncate(path, random(size));
  else if (kind === 2) await writeAt(path, random(size >> 12) << 12, new Uint8Array(4096).fill(0xee));
  else if (kind === 3) await copyFile(other, path);
  else if (kind === 4) {
    // A chunk of another file, header untouched.
    const chunk = new Uint8Array(4096);
    await using file = await open(other, 'r');
    await file.read(chunk, 0, chunk.length, headerBytes(3));
    await writeAt(path, headerBytes(3), chunk);
  } else await rm(path);
}

test('1,000 random damages to files are all found, none is used, and what was dropped can be filled again (seed 11)', {
  timeout: 120_000,
}, async () => {
  const random = randomNumbers(11);
  await using folder = await temporaryFolder();
  const keys = Array.from({ length: 8 }, randomKey);
  await using store = await openStore(folder.path, { memoryBytesMax: 65_536 });
  for (const key of keys) await fillVariant(store, key);
  let damages = 0;
  let missing = 0;
  while (damages < 1_000) {
    const files = await stepFiles(folder.path);
    for (let count = 0; count < 8; count++) {
      const path = files[random(files.length)] ?? '';
      const others = files.filter((file) => file !== path);
      await damage(path, others, random).catch(() => undefined);
      damages++;
    }
    for (const key of keys) {
      for (const step of smallShape.steps) {
        const loan = store.borrow(key, { step, chunks: all });
        if (loan === undefined) continue;
        const found = await readLoan(loan, { key, step });
        assert.ok(!found.includes('wrong'), `wrong bytes were said to be right: ${found.join()}`);
        if (found.includes('missing')) missing++;
        loan.release();
        await store.idle();
      }
      if (store.find(key)?.steps.length !== smallShape.steps.length) await fillVariant(store, key);
    }
  }
  assert.ok(missing > 300, `${missing}`);
  const { stepsQuarantined, loadsDamaged } = store.counts();
  assert.ok(stepsQuarantined > 300 && loadsDamaged > 300);
});

test('after kill -9 at any moment of writing there is no readable partial variant, 200 times', {
  timeout: 180_000,
}, async () => {
  await using folder = await temporaryFolder();
  const random = randomNumbers(13);
  let whole = 0;
  for (let round = 0; round < 25; round++) {
    // Each child is killed after a random number of things it did; eight die one after the other before each look.
    for (let child = 0; child < 8; child++) await writeUntilKilled(folder.path, 1 + random(12));
    await using store = await openStore(folder.path);
    for (const { steps } of store.variants()) {
      assert.equal(steps.length, smallShape.steps.length);
      whole++;
    }
    for (const { damaged } of await store.verify()) assert.equal(damaged, 0);
    const left = await readdir(join(folder.path, 'variants'), { recursive: true });
    assert.ok(!left.some((name) => name.endsWith('.partial')));
    for (const { key } of store.variants()) await store.remove(key);
  }
  assert.ok(whole > 0);
});

/** Starts a process that fills variants, and kills it after some of its messages. */
async function writeUntilKilled(root: string, messages: number): Promise<void> {
  const child = fork(join(import.meta.dirname, 'testing-writer.ts'), [root], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'compiled') },
  });
  let seen = 0;
  child.on('message', () => {
    seen++;
    if (seen === messages) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  assert.ok(seen >= messages);
}

test('a store takes over what was whole, however many variants there are', async () => {
  await using folder = await temporaryFolder();
  const keys: VariantKey[] = [];
  {
    await using store = await openStore(folder.path);
    for (let variant = 0; variant < 20; variant++) {
      const key = randomKey();
      keys.push(key);
      await fillVariant(store, key, { steps: [0], chunkBytes: [4096] });
    }
  }
  // And a little for encodings.
  await using store = await openStore(folder.path, { diskBytesMax: 8 * (4096 * 3) + 4096 });
  assert.equal(store.variants().length, 8);
  assert.equal(store.counts().diskBytes, 8 * 4096 * 3);
});

test('a full disk takes nothing in part: filling fails, what was there stays, and writing goes on later', {
  skip: mountRefused,
}, async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'small');
  await mkdir(root);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', root]);
  try {
    let nowMs = 0;
    const clock = { ...systemClock, now: () => nowMs };
    await using store = await openStore(root, { clock });
    const first = randomKey();
    await fillVariant(store, first);
    store.pin(first);
    const large = { steps: [0, 1, 2], chunkBytes: [131_072] };
    await assert.rejects(fillVariant(store, randomKey(), large), /could not be written/);
    assert.equal(store.counts().writesFailed, 1);
    assert.throws(() => store.fill(randomKey(), { shape: smallShape, recomputeMs: 1 }), /took no more a moment ago/);
    nowMs += 5_000;
    await store.idle();
    await fillVariant(store, randomKey());
    for (const { damaged } of await store.verify()) assert.equal(damaged, 0);
    assert.equal(store.find(first)?.steps.length, 3);
  } finally {
    execFileSync('umount', ['-l', root]);
  }
});

test('a read that hangs in the file system is given up at its deadline; others come, and it hurts nobody when it ends', async () => {
  await using folder = await temporaryFolder();
  const [stuck, fine] = [randomKey(), randomKey()];
  {
    await using store = await openStore(folder.path);
    for (const key of [stuck, fine]) await fillVariant(store, key);
  }
  await using store = await openStore(folder.path, { readDeadlineMs: 100, directIo: 'off' });
  const path = (await stepFiles(folder.path)).find((name) => name.includes(stuck) && name.endsWith('00000.step')) ?? '';
  // Opening a pipe that nobody writes to hangs, as a dead disk does.
  await rm(path);
  execFileSync('mkfifo', [path]);
  const loan = store.borrow(stuck, { step: 0, chunks: [1] });
  assert.ok(loan !== undefined);
  assert.equal(await loan.gate.settled(1, 30_000), 'failed');
  const other = store.borrow(fine, { step: 0, chunks: all });
  assert.ok(other !== undefined);
  assert.deepEqual(await readLoan(other, { key: fine, step: 0 }), ['right', 'right', 'right']);
  await (await open(path, 'w')).close();
  await store.idle();
  for (const each of [loan, other]) each.release();
  assert.equal(store.counts().loadsLate, 1);
});
