import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpiringCache } from './expiring-cache.ts';
import { ManualClock } from './testing.ts';

test('no more loads run at once than may, and those who ask for the same share one', async () => {
  const waiting: (() => void)[] = [];
  const load = (key: string) => new Promise<string>((resolve) => waiting.push(() => resolve(key)));
  const cache = new ExpiringCache({ load, clock: new ManualClock(), maxAgeMs: 1000, entriesMax: 10, loadsMax: 2 });
  const asked = ['a', 'b', 'a'].map((key) => cache.get(key));
  await assert.rejects(cache.get('c'), { code: 'overloaded' });
  for (const answer of waiting) answer();
  assert.deepEqual(await Promise.all(asked), ['a', 'b', 'a']);
  assert.equal(waiting.length, 2);
  assert.equal(await cache.get('a'), 'a');
});

test('an answer is as old as the question', async () => {
  const clock = new ManualClock();
  let loads = 0;
  const load = () => {
    clock.ms += 600;
    return Promise.resolve(++loads);
  };
  const cache = new ExpiringCache({ load, clock, maxAgeMs: 1000, entriesMax: 10, loadsMax: 2 });
  await cache.get('a');
  clock.ms += 399;
  assert.equal(await cache.get('a'), 1);
  clock.ms += 1;
  assert.equal(await cache.get('a'), 2);
});
