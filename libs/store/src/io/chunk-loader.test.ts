import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkGate } from '@instgenie/domain';
import type { ChunkName } from '../chunk-reader.ts';
import { chunkChecksum } from '../format/checksum.ts';
import { randomKey } from '../testing.ts';
import { type CheckedReader, ChunkLoader, type LoaderSettings } from './chunk-loader.ts';

const key = randomKey();
const name = (chunk: number): ChunkName => ({ key, generation: 'ab'.repeat(16), step: 0, chunk });
const content = (chunk: number) => new Uint8Array(4096).fill(chunk + 1);

/** A clock that stands still until it is told to go on. */
class ManualClock {
  #nowMs = 0;
  readonly #timers = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, wake: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, wake };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) {
      if (timer.atMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.wake();
    }
  }
}

/** Brings each chunk's content, once `gates` lets it; chunk 9 comes damaged, 8 cannot be read, and for 7 there is no file handle. */
class TestReader implements CheckedReader {
  readonly held = new Map<number, PromiseWithResolvers<void>>();
  readonly begun: number[] = [];

  hold(chunk: number): void {
    this.held.set(chunk, Promise.withResolvers());
  }

  async read(name: ChunkName, into: Uint8Array): Promise<bigint> {
    const { chunk } = name;
    this.begun.push(chunk);
    await this.held.get(chunk)?.promise;
    if (chunk === 8) throw Object.assign(new Error('read error'), { code: 'EIO' });
    if (chunk === 7) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    into.set(content(chunk));
    if (chunk === 9) into[17] = 255;
    return chunkChecksum(name, content(chunk));
  }
}

function setUp(settings: Partial<LoaderSettings> = {}) {
  const clock = new ManualClock();
  const reader = new TestReader();
  const loader = new ChunkLoader({ clock, deadlineMs: 200, inFlightMax: 2, ...settings });
  const gate = ChunkGate.closed(10);
  const memory = Array.from({ length: 10 }, () => new Uint8Array(4096));
  const load = (chunk: number) =>
    loader.load({ name: name(chunk), from: reader, into: memory[chunk] ?? new Uint8Array(), gate });
  return { clock, reader, gate, memory, load };
}

test('chunks come in order, checked before their gate opens', async () => {
  const { reader, gate, memory, load } = setUp();
  assert.deepEqual(await Promise.all([0, 1, 2, 9, 8].map(load)), ['ready', 'ready', 'ready', 'damaged', 'damaged']);
  assert.deepEqual(reader.begun, [0, 1, 2, 9, 8]);
  assert.deepEqual(memory[1], content(1));
  assert.deepEqual(
    [0, 1, 2, 8, 9, 3].map((chunk) => gate.outcome(chunk)),
    ['ready', 'ready', 'ready', 'failed', 'failed', undefined],
  );
});

test('a late read counts as failed at its deadline, delays no other, and keeps its memory until it ends', async () => {
  const { clock, reader, gate, load } = setUp();
  reader.hold(0);
  const stuck = load(0);
  assert.equal(await load(1), 'ready');
  clock.pass(200);
  assert.equal(gate.outcome(0), 'failed');
  assert.equal(await load(2), 'ready');
  let isSettled = false;
  void stuck.then(() => {
    isSettled = true;
  });
  await new Promise(setImmediate);
  assert.equal(isSettled, false);
  reader.held.get(0)?.resolve();
  assert.equal(await stuck, 'late');
  assert.equal(gate.outcome(0), 'failed');
});

test('when every place is stuck, loads fail at once, and go on when a place is free again', async () => {
  const { clock, reader, gate, load } = setUp();
  for (const chunk of [0, 1]) reader.hold(chunk);
  const stuck = [load(0), load(1)];
  const waiting = load(2);
  await new Promise(setImmediate);
  clock.pass(200);
  assert.equal(await waiting, 'late');
  assert.equal(await load(3), 'late');
  assert.deepEqual([gate.outcome(2), gate.outcome(3)], ['failed', 'failed']);
  reader.held.get(0)?.resolve();
  await stuck[0];
  assert.equal(await load(4), 'ready');
  reader.held.get(1)?.resolve();
  assert.equal(await stuck[1], 'late');
});

test('a read limit holds back what comes faster', async () => {
  const { clock, gate, load } = setUp({ bytesPerMs: 1024 });
  const loads = [load(0), load(1)];
  await new Promise(setImmediate);
  assert.deepEqual([gate.outcome(0), gate.outcome(1)], [undefined, undefined]);
  clock.pass(4);
  assert.equal(await loads[0], 'ready');
  assert.equal(gate.outcome(1), undefined);
  clock.pass(4);
  assert.equal(await loads[1], 'ready');
});
