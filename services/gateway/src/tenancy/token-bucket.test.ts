import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Taken, TokenBucket } from './token-bucket.ts';

const minuteMs = 60_000;

test('a new bucket is full, flows as its rate says, and says when there is enough', () => {
  const bucket = new TokenBucket(600, 0);
  assert.ok(typeof bucket.take(600, 0) === 'object');
  assert.equal(bucket.take(10, 0), 1000);
  assert.equal(bucket.take(10, 999), 1);
  assert.ok(typeof bucket.take(10, 1000) === 'object');
  assert.equal(bucket.isIdle(minuteMs), false);
});

test('what is given back can be taken again, but not twice, and not after its end', () => {
  const bucket = new TokenBucket(100, 0);
  const taken = bucket.take(100, 0);
  assert.ok(typeof taken === 'object');
  bucket.giveBack(taken, 30, 0);
  assert.equal(bucket.level, 30);
  bucket.giveBack(taken, 1000, 0);
  assert.equal(bucket.level, 100);
  bucket.giveBack(taken, 50, 0);
  bucket.end(taken);
  bucket.giveBack(taken, 50, 0);
  assert.equal(bucket.level, 100);
  assert.equal(bucket.isIdle(0), true);
});

test('what had flowed over meanwhile is not given back', () => {
  const bucket = new TokenBucket(60, 0);
  const first = bucket.take(60, 0);
  assert.ok(typeof first === 'object');
  assert.ok(typeof bucket.take(60, minuteMs) === 'object');
  bucket.giveBack(first, 60, minuteMs);
  assert.equal(bucket.level, 0);
});

test('a smaller limit holds at once, a larger one fills nothing', () => {
  const bucket = new TokenBucket(100, 0);
  bucket.setRate(40, 0);
  assert.equal(bucket.level, 40);
  bucket.setRate(100, 0);
  assert.equal(bucket.level, 40);
  bucket.take(40, 0);
  assert.equal(bucket.take(50, 0), 30_000);
});

type Event =
  | { readonly kind: 'take'; readonly amount: number }
  | { readonly kind: 'back'; readonly which: number; readonly share: number }
  | { readonly kind: 'wait'; readonly ms: number };

const events = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('take' as const), amount: fc.integer({ min: 0, max: 120 }) }),
    fc.record({
      kind: fc.constant('back' as const),
      which: fc.nat(20),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: -500, max: 90_000 }) }),
  ),
  { maxLength: 60 },
);

test('over no time more is used than flows in and the burst, and the level is never below nothing (seed 4)', () => {
  const perMinute = 100;
  const used = (script: readonly Event[]) => {
    const bucket = new TokenBucket(perMinute, 0);
    const all: { readonly atMs: number; readonly taken: Taken; used: number; isOpen: boolean }[] = [];
    let nowMs = 0;
    let latestMs = 0;
    for (const event of script) {
      if (event.kind === 'wait') nowMs += event.ms;
      latestMs = Math.max(latestMs, nowMs);
      if (event.kind === 'take') {
        const taken = bucket.take(event.amount, nowMs);
        if (typeof taken === 'object') all.push({ atMs: latestMs, taken, used: event.amount, isOpen: true });
        else assert.ok(taken >= 1);
      }
      const open = all.filter(({ isOpen }) => isOpen);
      const chosen = event.kind === 'back' ? open[event.which % Math.max(1, open.length)] : undefined;
      if (event.kind === 'back' && chosen !== undefined) {
        const before = chosen.taken.refundable;
        bucket.giveBack(chosen.taken, chosen.used * event.share, nowMs);
        chosen.used -= before - chosen.taken.refundable;
        bucket.end(chosen.taken);
        chosen.isOpen = false;
      }
      assert.ok(bucket.level >= 0 && bucket.level <= perMinute);
    }
    return all;
  };
  fc.assert(
    fc.property(events, (script) => {
      const all = used(script);
      for (const [first, { atMs: fromMs }] of all.entries()) {
        let sum = 0;
        for (const { atMs, used: amount } of all.slice(first)) {
          sum += amount;
          const allowed = perMinute + ((atMs - fromMs) * perMinute) / minuteMs;
          assert.ok(sum <= allowed + 1e-6, `${sum} used in ${atMs - fromMs} ms, and ${allowed} are allowed`);
        }
      }
    }),
    { seed: 4, numRuns: 3000 },
  );
});
