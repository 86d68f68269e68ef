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
  assert.equal(both.find(Boolean)?.expired, 3);
  assert.equal(await two.sweep(), undefined);
  clock.ms += 1000;
  assert.deepEqual(await two.sweep(), { expired: 2, finished: 0 });
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
  const counts = await Promise.all([desk.deleteExpired(100), other.deleteExpired(100)]);
  assert.ok(counts[0] + counts[1] >= 6);
  assert.deepEqual((await desk.list({ size: 10, token: '' }, shop)).templates, []);
  assert.deepEqual(await Array.fromAsync(opened.blobs.list('content/')), []);
});
