import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError, type VariantKey } from '@instgenie/domain';
import { Redis } from 'ioredis';
import { type AnnouncedStore, Announcer } from './announcer.ts';
import type { HeldRecord } from './holder.ts';
import type { RedisIndex } from './redis-index.ts';
import { openIndex, randomKey, record, worker } from './testing.ts';

/** A store that is only a list. */
class TestStore implements AnnouncedStore {
  readonly records = new Map<VariantKey, HeldRecord>();
  readonly dropped: VariantKey[] = [];
  pins: ReadonlySet<VariantKey> = new Set();

  constructor(...held: readonly VariantKey[]) {
    for (const key of held) this.records.set(key, record(key));
  }

  readonly held = () => this.records.values();
  readonly drop = (key: VariantKey) => {
    this.dropped.push(key);
    this.records.delete(key);
    return Promise.resolve();
  };
  readonly pin = (pins: ReadonlySet<VariantKey>) => {
    this.pins = pins;
  };
}

const settings = { leaseMs: 60_000 };
const holdersOf = async (index: RedisIndex, key: VariantKey) =>
  (await index.locate(key)).map(({ worker: id, tier }) => `${id} ${tier}`);

test('a beat tells what came, what went and what changed its tier', async () => {
  await using opened = await openIndex();
  const { index } = opened;
  const [stays, goes, moves] = [randomKey(), randomKey(), randomKey()];
  const store = new TestStore(stays, goes, moves);
  const announcer = new Announcer({ index, worker: worker('one'), store, settings });
  assert.equal(await announcer.beat(), true);
  for (const key of [stays, goes, moves]) assert.deepEqual(await holdersOf(index, key), ['one disk']);
  store.records.delete(goes);
  store.records.set(moves, record(moves, { tier: 'memory' }));
  await index.pin(stays);
  await announcer.beat();
  assert.deepEqual(await holdersOf(index, goes), []);
  assert.deepEqual(await holdersOf(index, moves), ['one memory']);
  assert.deepEqual([...store.pins], [stays]);
});

test('a flushed, killed or emptied Redis knows all again after one beat of each worker', async () => {
  await using opened = await openIndex({ breakMs: 1 });
  const { index, redis } = opened;
  const stores = [0, 1].map(() => new TestStore(...Array.from({ length: 500 }, randomKey)));
  const announcers = stores.map((store, id) => new Announcer({ index, worker: worker(`w${id}`), store, settings }));
  const beatUntilHeard = async () => {
    for (const announcer of announcers) while (!(await announcer.beat()));
  };
  const isWhole = async () => {
    for (const [id, store] of stores.entries()) {
      for (const key of store.records.keys()) assert.deepEqual(await holdersOf(index, key), [`w${id} disk`]);
    }
  };
  await beatUntilHeard();
  await isWhole();
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  await beatUntilHeard();
  await isWhole();
  await redis.kill();
  for (const announcer of announcers) assert.equal(await announcer.beat(), false);
  stores[0]?.records.delete([...(stores[0]?.records.keys() ?? [])][0] ?? randomKey());
  await redis.restart();
  await beatUntilHeard();
  await isWhole();
});

test('a variant that is deleted goes from every worker, also from one that was away and announces it late', async () => {
  await using opened = await openIndex();
  const { index } = opened;
  const key = randomKey();
  const [here, away] = [new TestStore(key), new TestStore(key)];
  const [first, second] = [here, away].map(
    (store, id) => new Announcer({ index, worker: worker(`w${id}`), store, settings }),
  );
  await first?.beat();
  await index.delete(key);
  await first?.beat();
  await second?.beat();
  assert.deepEqual([here.dropped, away.dropped], [[key], [key]]);
  assert.deepEqual(await holdersOf(index, key), []);
  await second?.beat();
  assert.equal(away.dropped.length, 1);
});

test('everything is announced again from time to time', async () => {
  await using opened = await openIndex();
  const { index, redis } = opened;
  const key = randomKey();
  let nowMs = 0;
  const announcer = new Announcer({
    index,
    worker: worker('one'),
    store: new TestStore(key),
    settings: { ...settings, refreshMs: 1000 },
    now: () => nowMs,
  });
  await announcer.beat();
  const client = new Redis(redis.url);
  await client.del(`ig:{${key}}:holders`);
  client.disconnect();
  nowMs = 999;
  await announcer.beat();
  assert.deepEqual(await holdersOf(index, key), []);
  nowMs = 1000;
  await announcer.beat();
  assert.deepEqual(await holdersOf(index, key), ['one disk']);
});

test('an announcer runs until it is told to stop, and then its worker is not offered any more', async () => {
  await using opened = await openIndex();
  const { index } = opened;
  const key = randomKey();
  const stop = new AbortController();
  const announcer = new Announcer({ index, worker: worker('one'), store: new TestStore(key), settings });
  const running = announcer.run(stop.signal);
  while ((await holdersOf(index, key)).length === 0);
  stop.abort();
  await running;
  assert.deepEqual(await holdersOf(index, key), []);
});

test('an error of the store is not taken for one of the index', async () => {
  await using opened = await openIndex();
  const { index } = opened;
  const store: AnnouncedStore = {
    held: () => {
      throw new ServiceError('internal', 'broken');
    },
    drop: () => Promise.resolve(),
    pin: () => undefined,
  };
  const announcer = new Announcer({ index, worker: worker('one'), store, settings });
  await assert.rejects(announcer.beat(), /broken/);
});
