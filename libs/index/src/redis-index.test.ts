import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { RedisIndex } from './redis-index.ts';
import { openIndex, Proxy, randomKey, record, worker } from './testing.ts';

const leaseMs = 60_000;
const one = worker('one');
const two = worker('two');

test('a variant is found where live workers hold it, memory first, and nowhere else', async () => {
  await using opened = await openIndex();
  const { index } = opened;
  const [key, other] = [randomKey(), randomKey()];
  assert.deepEqual(await index.locate(key), []);
  for (const who of [one, two, worker('three')]) {
    await index.renew(who, leaseMs);
    await index.announce(who, [record(key, { tier: who === two ? 'memory' : 'disk' }), record(other)]);
  }
  await index.withdraw(worker('three'), [record(key)]);
  const holders = await index.locate(key);
  assert.deepEqual(
    holders.map(({ worker: id, address, tier }) => [id, address, tier]),
    [
      ['two', 'two:7000', 'memory'],
      ['one', 'one:7000', 'disk'],
    ],
  );
  await index.leave(two);
  assert.deepEqual(
    (await index.locate(key)).map(({ worker: id }) => id),
    ['one'],
  );
});

test('what a worker said before it was started anew counts no more, until it says it again', async () => {
  await using opened = await openIndex();
  const { index } = opened;
  const key = randomKey();
  assert.equal(await index.renew(one, leaseMs), false);
  assert.equal(await index.renew(one, leaseMs), true);
  await index.announce(one, [record(key)]);
  const again = worker('one', 'second');
  assert.equal(await index.renew(again, leaseMs), false);
  assert.deepEqual(await index.locate(key), []);
  await index.announce(again, [record(key)]);
  assert.equal((await index.locate(key)).length, 1);
  // Of another start: it takes nothing back.
  await index.withdraw(one, [record(key)]);
  assert.equal((await index.locate(key)).length, 1);
});

test('a lease that nobody renews ends', async () => {
  await using opened = await openIndex();
  const { index } = opened;
  const key = randomKey();
  await index.renew(one, 1);
  await index.announce(one, [record(key)]);
  while ((await index.locate(key)).length > 0);
  assert.equal(await index.renew(one, leaseMs), false);
});

test('nonsense in Redis is no holder, no key and no error', async () => {
  await using opened = await openIndex();
  const { index, redis } = opened;
  const key = randomKey();
  const client = new Redis(redis.url);
  await index.renew(one, leaseMs);
  await client.hset(keys.holders(key), { one: '{', two: '{"epoch":"first"}', three: '[]', '': 'null' });
  await client.set(keys.worker('two'), 'x');
  await client.sadd(keys.pins, '../../etc/passwd');
  await client.zadd(keys.popular, 1, 'x');
  await client.zadd(keys.deleted, 1, 'y');
  client.disconnect();
  assert.deepEqual(await index.locate(key), []);
  assert.deepEqual(await index.popular(10), []);
  assert.deepEqual((await index.deletedSince(0)).keys, []);
  assert.equal((await index.pins()).size, 0);
});

test('of a hundred workers that would prime a template one is told to; the next one when that is over', async () => {
  await using opened = await openIndex();
  const { index } = opened;
  const key = randomKey();
  const asked = await Promise.all(Array.from({ length: 100 }, (_, id) => index.takeLead(key, `w${id}`, leaseMs)));
  const leaders = asked.flatMap((lead, id) =>
    lead.kind === 'leader' ? [{ worker: `w${id}`, token: lead.token }] : [],
  );
  const [first] = leaders;
  assert.ok(first !== undefined && leaders.length === 1);
  for (const lead of asked) {
    if (lead.kind === 'leader') continue;
    assert.ok(lead.kind === 'follower' && lead.leader === first.worker && lead.leftMs <= leaseMs);
  }
  assert.equal(await index.keepLead(key, first, leaseMs), true);
  assert.equal(await index.keepLead(key, { ...first, worker: 'w100' }, leaseMs), false);
  assert.equal(await index.endLead(key, first), true);
  assert.equal(await index.endLead(key, first), false);
  assert.equal((await index.takeLead(key, 'next', leaseMs)).kind, 'leader');
});

test('who slept through its lead is told so, and tokens grow even when the server has lost everything', async () => {
  await using opened = await openIndex();
  const { index, redis } = opened;
  const key = randomKey();
  const tokens: number[] = [];
  const client = new Redis(redis.url);
  for (let round = 0; round < 3; round++) {
    const lead = await index.takeLead(key, 'sleeper', 1);
    assert.ok(lead.kind === 'leader');
    tokens.push(Number(lead.token));
    if (round === 1) await client.flushall();
    for (;;) {
      const next = await index.takeLead(key, 'next', leaseMs);
      if (next.kind !== 'leader') continue;
      tokens.push(Number(next.token));
      assert.equal(await index.keepLead(key, { worker: 'sleeper', token: lead.token }, leaseMs), false);
      await index.endLead(key, { worker: 'next', token: next.token });
      break;
    }
  }
  client.disconnect();
  assert.deepEqual(
    tokens,
    tokens.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(tokens).size, tokens.length);
});

test('what was deleted cannot be announced or primed, and every worker hears of it', async () => {
  await using opened = await openIndex();
  const { index } = opened;
  const [key, other] = [randomKey(), randomKey()];
  await index.renew(one, leaseMs);
  await index.announce(one, [record(key), record(other)]);
  await index.pin(key);
  await index.countUse(key);
  await index.delete(key);
  assert.deepEqual(await index.locate(key), []);
  assert.deepEqual(await index.announce(one, [record(key), record(other)]), [key]);
  assert.deepEqual(await index.takeLead(key, 'one', leaseMs), { kind: 'deleted' });
  const { keys: deleted, cursor } = await index.deletedSince(0);
  assert.deepEqual([deleted, await index.popular(10), (await index.pins()).size], [[key], [], 0]);
  assert.ok(cursor > 0);
  await index.delete(other);
  assert.ok((await index.deletedSince(cursor)).keys.includes(other));
});

test('popular is what is used much and lately', async () => {
  await using opened = await openIndex({ halfLifeMs: 1, popularMax: 2 });
  const { index, redis } = opened;
  const [often, late, never] = [randomKey(), randomKey(), randomKey()];
  await index.countUse(never);
  for (let use = 0; use < 3; use++) await index.countUse(often);
  const client = new Redis(redis.url);
  const clock = async () => {
    const [seconds = 0, micros = 0] = (await client.time()).map(Number);
    return seconds * 1000 + micros / 1000;
  };
  const began = await clock();
  while ((await clock()) < began + 20);
  client.disconnect();
  await index.countUse(late);
  assert.deepEqual(await index.popular(10), [late, often]);
});

test('pins have a bound', async () => {
  await using opened = await openIndex({ pinsMax: 1 });
  const { index } = opened;
  const key = randomKey();
  await index.pin(key);
  await assert.rejects(index.pin(randomKey()), { code: 'overloaded', field: 'pin' });
  assert.deepEqual([...(await index.pins())], [key]);
  await index.unpin(key);
  assert.equal((await index.pins()).size, 0);
});

test('without Redis every operation fails at once, and all goes on when it is back', async () => {
  await using opened = await openIndex({ breakMs: 1 });
  const { index, redis } = opened;
  await redis.kill();
  for (let call = 0; call < 20; call++) await assert.rejects(index.locate(randomKey()), { code: 'unavailable' });
  await redis.restart();
  for (;;) {
    const isBack = await index.renew(one, leaseMs).then(
      () => true,
      () => false,
    );
    if (isBack) break;
  }
  assert.equal(await index.renew(one, leaseMs), true);
});

test('a Redis that does not answer is waited for a few times, then not at all', async () => {
  await using opened = await openIndex();
  await using proxy = await Proxy.start(opened.redis.port);
  const settings = { commandMs: 20, breakMs: 60_000, failuresMax: 5, connectMs: 10_000 };
  using index = new RedisIndex(`redis://127.0.0.1:${proxy.port}`, settings);
  await index.ready(10_000);
  proxy.hold();
  for (let call = 0; call < 5; call++) await assert.rejects(index.locate(randomKey()), /does not answer/);
  const { requests } = proxy;
  for (let call = 0; call < 50; call++) await assert.rejects(index.locate(randomKey()), /left alone/);
  assert.equal(proxy.requests, requests);
});

test('an address that is none is refused, and no error tells a password', async () => {
  assert.throws(() => new RedisIndex('localhost:6379'), { code: 'invalid', field: 'redis' });
  using index = new RedisIndex('redis://user:canary@127.0.0.1:1', { connectMs: 50 });
  await assert.rejects(index.ready(1), { code: 'unavailable' });
  await assert.rejects(index.pins(), (thrown) => {
    const text = JSON.stringify(thrown, Object.getOwnPropertyNames(thrown));
    return !`${text}${String((thrown as Error).cause)}`.includes('canary');
  });
});

test('who primes a variant is known while its lead lasts, and that it was deleted afterwards', async () => {
  await using opened = await openIndex();
  const { index } = opened;
  const key = randomKey();
  assert.deepEqual(await index.noted(key), { isDeleted: false, leader: undefined });
  await index.takeLead(key, 'one of two', leaseMs);
  assert.deepEqual(await index.noted(key), { isDeleted: false, leader: 'one of two' });
  await index.delete(key);
  assert.deepEqual(await index.noted(key), { isDeleted: true, leader: undefined });
});
