import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@instgenie/testing';
import { Feed } from './edit-feed.ts';
import { withSignsOfLife } from './signs-of-life.ts';

test('a sign of life comes after each silence, and nothing is lost or told twice', async () => {
  const clock = new VirtualClock();
  const feed = new Feed<{ readonly kind: 'stepped'; readonly done: number }>();
  const at = (ms: number, done: number) => clock.after(ms, () => feed.push({ kind: 'stepped', done }));
  at(100, 1);
  at(599, 2);
  at(2200, 3);
  clock.after(2300, () => feed.end());
  const heard: string[] = [];
  const listening = (async () => {
    for await (const news of withSignsOfLife(feed, { silentMs: 500, clock }))
      heard.push(`${clock.now()} ${news?.done}`);
  })();
  await clock.runUntil(listening);
  assert.deepEqual(heard, ['100 1', '599 2', '1099 undefined', '1599 undefined', '2099 undefined', '2200 3']);
});
