// Templates and the index of activations, with a real Redis.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { variantKey } from '@instgenie/domain';
import { record as held, openIndex, worker } from '@instgenie/index/testing';
import { TemplateSweeper } from './template-sweeper.ts';
import { caller, dayMs, key, openDesk, pictureFile, settings } from './testing.ts';

const shop = caller('shop');

async function open() {
  const redis = await openIndex({ failuresMax: 1000 });
  const opened = await openDesk({ index: redis.index });
  return {
    ...opened,
    index: redis.index,
    redis: redis.redis,
    [Symbol.asyncDispose]: async () => {
      await opened[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

const variants = [1, 2].map((at) => ({ key: key(at), bytes: 10, route: key(100 + at) }));

async function addUsed(opened: Awaited<ReturnType<typeof open>>, fields = {}) {
  const { record } = await opened.desk.create(settings(fields), await pictureFile(1), shop);
  for (const variant of variants) opened.desk.used(record, variant);
  await opened.desk.flush();
  return record;
}

test('a template is warm while a worker holds a variant of it', async () => {
  await using opened = await open();
  const { desk, index } = opened;
  const { id } = await addUsed(opened);
  assert.equal((await desk.get(id, shop)).isWarm, false);
  await index.renew(worker('w1'), 60_000);
  await index.announce(worker('w1'), [held(variantKey(key(1)))]);
  assert.equal((await desk.get(id, shop)).isWarm, true);
  await index.leave(worker('w1'));
  assert.equal((await desk.get(id, shop)).isWarm, false);
  await opened.redis.kill();
  assert.equal((await desk.get(id, shop)).isWarm, true);
});

test('a deletion drops the variants everywhere, but those that another template of the tenant has', async () => {
  await using opened = await open();
  const { desk, index } = opened;
  const { id } = await addUsed(opened);
  const other = await desk.create(settings({ steps: 8 }), await pictureFile(1), shop);
  desk.used(other.record, { key: key(2), bytes: 10, route: key(7) });
  await desk.flush();
  await index.renew(worker('w1'), 60_000);
  const both = variants.map((variant) => held(variantKey(variant.key)));
  await index.announce(worker('w1'), both);
  await desk.delete(id, shop);
  assert.deepEqual((await index.deletedSince(0)).keys, [key(1)]);
  assert.deepEqual(await index.locate(variantKey(key(1))), []);
  assert.equal((await index.locate(variantKey(key(2)))).length, 1);
  assert.deepEqual(await index.announce(worker('w1'), both), [key(1)]);
});

test('what an edit made while its template was deleted is dropped too', async () => {
  await using opened = await open();
  const { desk, index } = opened;
  const { record } = await desk.create(settings(), await pictureFile(1), shop);
  await desk.delete(record.id, shop);
  desk.used(record, { key: key(1), bytes: 10, route: key(2) });
  await desk.flush();
  assert.deepEqual((await index.deletedSince(0)).keys, [key(1)]);
});

test('while Redis is gone a deletion hides the template at once, and a later sweep drops its variants', async () => {
  await using opened = await open();
  const { desk, blobs, redis, index, clock, log } = opened;
  const { id } = await addUsed(opened);
  await redis.kill();
  await desk.delete(id, shop);
  await assert.rejects(desk.get(id, shop), { code: 'not-found' });
  assert.equal((await Array.fromAsync(blobs.list('deletions/'))).length, 1);
  await redis.restart();
  await index.ready(10_000);
  await using sweeper = new TemplateSweeper({ templates: desk, blobs, now: () => clock.ms, log });
  assert.deepEqual(await sweeper.sweep(), { expired: 0, finished: 1 });
  assert.deepEqual((await index.deletedSince(0)).keys.toSorted(), [key(1), key(2)]);
  assert.deepEqual(await Array.fromAsync(blobs.list('deletions/')), []);
});

test('pins are told to the index, of variants that come later too, and again after it was lost', async () => {
  await using opened = await open();
  const { desk, index, clock, blobs, log } = opened;
  const { id } = await addUsed(opened);
  assert.equal((await desk.pin(id, true, shop)).record.isPinned, true);
  assert.deepEqual([...(await index.pins())].toSorted(), [key(1), key(2)]);
  desk.used((await desk.get(id, shop)).record, { key: key(3), bytes: 10, route: key(4) });
  await desk.flush();
  assert.equal((await index.pins()).size, 3);
  await index.unpin(variantKey(key(1)));
  await using sweeper = new TemplateSweeper({ templates: desk, blobs, now: () => clock.ms, log });
  await sweeper.sweep();
  assert.equal((await index.pins()).size, 3);
  assert.equal((await desk.pin(id, false, shop)).record.isPinned, false);
  assert.equal((await index.pins()).size, 0);
});

test('an expired template goes with its activations and its picture', async () => {
  await using opened = await open();
  const { desk, index, clock, blobs, log } = opened;
  const { id } = await addUsed(opened, { ttlMs: dayMs });
  await using sweeper = new TemplateSweeper({ templates: desk, blobs, now: () => clock.ms, log });
  clock.ms += dayMs - 1;
  assert.deepEqual(await sweeper.sweep(), { expired: 0, finished: 0 });
  clock.ms += dayMs;
  assert.deepEqual(await sweeper.sweep(), { expired: 1, finished: 1 });
  await assert.rejects(desk.get(id, shop), { code: 'not-found' });
  assert.deepEqual((await index.deletedSince(0)).keys.toSorted(), [key(1), key(2)]);
  assert.deepEqual(await Array.fromAsync(blobs.list('content/')), []);
});
