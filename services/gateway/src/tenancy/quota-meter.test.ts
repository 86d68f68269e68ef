import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RetryError } from '@instgenie/rpc';
import { QuotaMeter } from './quota-meter.ts';

function open(tenantsMax?: number) {
  const clock = { ms: 0, now: () => clock.ms, after: () => () => undefined };
  return { clock, meter: new QuotaMeter({ clock, ...(tenantsMax === undefined ? {} : { tenantsMax }) }) };
}

const byMinute = { maskedTokenStepsPerMinute: 600 };

test('above its tokens a tenant is refused, told which limit and when, and others are not', () => {
  const { meter, clock } = open();
  meter.admit({ tenant: 'a', quota: byMinute, maskedTokenSteps: 600 });
  assert.throws(
    () => meter.admit({ tenant: 'a', quota: byMinute, maskedTokenSteps: 100 }),
    (thrown: unknown) => {
      assert.ok(thrown instanceof RetryError);
      assert.deepEqual([thrown.code, thrown.field, thrown.retryAfterMs], ['overloaded', 'quota', 10_000]);
      assert.match(thrown.message, /takes 100 masked token-steps, and 0 are left of 600 a minute/);
      return true;
    },
  );
  meter.admit({ tenant: 'b', quota: byMinute, maskedTokenSteps: 600 });
  clock.ms = 10_000;
  meter.admit({ tenant: 'a', quota: byMinute, maskedTokenSteps: 100 });
});

test('an edit that a whole minute cannot pay for is refused for good', () => {
  const { meter } = open();
  const ask = () => meter.admit({ tenant: 'a', quota: byMinute, maskedTokenSteps: 601 });
  assert.throws(ask, { code: 'forbidden', field: 'quota', message: /takes 601 .* a minute has 600/ });
});

test('edits at once are counted until their lease is disposed of, however often', () => {
  const { meter } = open();
  const order = { tenant: 'a', quota: { editsAtOnce: 2 }, maskedTokenSteps: 5 };
  const lease = meter.admit(order);
  meter.admit(order);
  assert.throws(() => meter.admit(order), {
    code: 'overloaded',
    field: 'quota',
    message: /2 edits of this tenant run/,
  });
  for (let time = 0; time < 3; time++) lease[Symbol.dispose]();
  meter.admit(order);
  assert.throws(() => meter.admit(order), { code: 'overloaded' });
});

test('what was not computed can be used at once; what was refused takes nothing', () => {
  const { meter } = open();
  const order = { tenant: 'a', quota: { ...byMinute, editsAtOnce: 1 }, maskedTokenSteps: 600 };
  {
    using lease = meter.admit(order);
    assert.throws(() => meter.admit(order), { code: 'overloaded', message: /1 edits/ });
    lease.refund(500);
  }
  assert.throws(() => meter.admit(order), { message: /500 are left/ });
  meter.admit({ ...order, maskedTokenSteps: 500 });
});

test('a quota that comes, changes and goes while edits run holds from the next edit on', () => {
  const { meter } = open();
  const order = (quota: object, maskedTokenSteps = 100) => ({ tenant: 'a', quota, maskedTokenSteps });
  const first = meter.admit(order({}));
  const second = meter.admit(order({ maskedTokenStepsPerMinute: 100, editsAtOnce: 2 }));
  first.refund(100);
  assert.throws(() => meter.admit(order({ maskedTokenStepsPerMinute: 100 }, 1)), { message: /0 are left/ });
  assert.throws(() => meter.admit(order({ editsAtOnce: 2 })), { message: /2 edits/ });
  first[Symbol.dispose]();
  meter.admit(order({ editsAtOnce: 2 }));
  second.refund(100);
});

test('tenants that do nothing are forgotten when there is no room, and never those whose bucket is not full', () => {
  const { meter, clock } = open(2);
  meter.admit({ tenant: 'a', quota: byMinute, maskedTokenSteps: 300 })[Symbol.dispose]();
  const busy = meter.admit({ tenant: 'b', quota: {}, maskedTokenSteps: 1 });
  const third = () => meter.admit({ tenant: 'c', quota: {}, maskedTokenSteps: 1 });
  assert.throws(third, { code: 'overloaded', message: /too many tenants/ });
  clock.ms = 30_000;
  third();
  assert.equal(meter.tenants, 2);
  assert.throws(() => meter.admit({ tenant: 'a', quota: byMinute, maskedTokenSteps: 1 }), { code: 'overloaded' });
  busy[Symbol.dispose]();
  meter.admit({ tenant: 'a', quota: byMinute, maskedTokenSteps: 1 });
});
