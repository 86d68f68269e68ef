import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TemplateSweeper } from './template-sweeper.ts';
import { caller, dayMs, openDesk, pictureFile, settings } from './testing.ts';

const shop = caller('shop');

test('gateways take turns, and a sweep deletes so many at most', async () => {
  await using opened = await openDesk();
  const { desk, blobs, clock, log } = opened;
  const file = await pictureFile(1);
  for (let noiseSeed = 0; noiseSeed < 5; noiseSeed++) {
    await desk.create(settings({ noiseSeed, ttlMs: dayMs }), file, shop);
  }
  const kept = await desk.create(settings({ noiseSeed: 9 }), file, shop);
  clock.ms += 2 * dayMs;
  const parts = { blobs, now: () => clock.ms, log, everyMs: 1000, batchMax: 3 };
  await using one = new TemplateSweeper({ ...parts, templates: desk });
  await using two = new TemplateSweeper({ ...parts, templates: opened.other() });
  const both = await Promise.all([one.sweep(), two.sweep()]);
  assert.equal(both.filter(Boolean).length, 1);
  assert.deepEqual(both.find(Boolean), { expired: 3, finished: 3 });
  assert.equal(await two.sweep(), undefined);
  clock.ms += 1000;
  assert.deepEqual(await two.sweep(), { expired: 2, finished: 2 });
  const { templates } = await desk.list({ size: 10, token: '' }, shop);
  assert.deepEqual(
    templates.map(({ record }) => record.id),
    [kept.record.id],
  );
  assert.deepEqual(await desk.picture(kept.record.id, shop), Buffer.from(file));
});

test('two that sweep the same at once delete it once', async () => {
  await using opened = await openDesk();
  const { desk, clock } = opened;
  for (let shade = 0; shade < 6; shade++) await desk.create(settings({ ttlMs: dayMs }), await pictureFile(shade), shop);
  clock.ms += 2 * dayMs;
  const other = opened.other();
  const counts = await Promise.all([desk.hideExpired(100), other.hideExpired(100)]);
  assert.ok(counts[0] + counts[1] >= 6);
  await Promise.all([desk.deletions.finishAll(100), other.deletions.finishAll(100)]);
  assert.deepEqual((await desk.list({ size: 10, token: '' }, shop)).templates, []);
  assert.deepEqual(await Array.fromAsync(opened.blobs.list('content/')), []);
});

test('while a record cannot be read no picture is deleted, and later it is', async () => {
  await using opened = await openDesk();
  const { desk, blobs } = opened;
  const file = await pictureFile(1);
  const { record } = await desk.create(settings(), file, shop);
  await blobs.put('templates/x/y.json', Buffer.from('{'));
  await desk.delete(record.id, shop);
  await assert.rejects(desk.get(record.id, shop), { code: 'not-found' });
  assert.equal((await Array.fromAsync(blobs.list('content/'))).length, 1);
  assert.equal(await desk.deletions.finishAll(10), 0);
  await blobs.delete('templates/x/y.json');
  assert.equal(await desk.deletions.finishAll(10), 1);
  assert.deepEqual(await Array.fromAsync(blobs.list('content/')), []);
});

test('a hundred deletions read the records a few times and not a hundred times', async () => {
  await using opened = await openDesk();
  const { desk, blobs, clock, log } = opened;
  const files = await Promise.all([1, 2, 3].map((shade) => pictureFile(shade)));
  for (let at = 0; at < 60; at++) {
    const fields = { noiseSeed: at, ...(at < 30 ? { ttlMs: dayMs } : {}) };
    await desk.create(settings(fields), files[at % 3] ?? new Uint8Array(), shop);
  }
  clock.ms += 2 * dayMs;
  blobs.gets = 0;
  await using sweeper = new TemplateSweeper({ templates: desk, blobs, now: () => clock.ms, log });
  assert.deepEqual(await sweeper.sweep(), { expired: 30, finished: 30 });
  assert.ok(blobs.gets < 400, `${blobs.gets} blobs were read`);
});
