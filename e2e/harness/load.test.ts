import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { seeded } from '../bench/eviction-trace.ts';
import { closedLoop, counts, latencies, offer } from './load.ts';
import { zipf } from './zipf.ts';

test('arrivals do not wait for answers; latency counts from when a request was to be sent; all ends are told', async () => {
  const open = Promise.withResolvers<'good'>();
  let sent = 0;
  const load = offer({
    perSecond: 1000,
    seconds: 0.1,
    random: seeded(3),
    atOnceMax: 20,
    send: () => {
      if (++sent === 20) open.resolve('good');
      if (sent % 2 === 0) return open.promise;
      return open.promise.then(() => {
        throw new ServiceError('overloaded', 'full');
      });
    },
  });
  const ended = await load;
  const { good = 0, overloaded = 0, dropped = 0 } = counts(ended);
  assert.ok(ended.length > 50 && good >= 10 && overloaded >= 10);
  assert.equal(good + overloaded + dropped, ended.length);
  assert.equal(latencies(ended).length, good);
  assert.ok(ended.every(({ ms, lagMs }) => ms >= 0 && lagMs >= 0));
});

test('a closed loop has a bounded number under way', async () => {
  let [here, most] = [0, 0];
  const ended = await closedLoop({
    count: 30,
    atOnce: 4,
    send: async () => {
      most = Math.max(most, ++here);
      await Promise.resolve();
      here--;
      return 'good';
    },
  });
  assert.deepEqual([ended.length, most], [30, 4]);
});

test('the first of many are chosen most often', () => {
  const random = seeded(7);
  const chosen = Array.from({ length: 2000 }, () => zipf(10, random));
  const count = (rank: number) => chosen.filter((each) => each === rank).length;
  assert.ok(count(0) > count(1) && count(1) > count(4) && count(9) > 0);
  assert.ok(chosen.every((rank) => rank >= 0 && rank < 10));
});
