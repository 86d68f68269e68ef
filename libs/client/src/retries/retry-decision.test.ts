import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AddressRing } from './address-ring.ts';
import { RetryBudget } from './retry-budget.ts';
import { decideRetry, type FailedAttempt, retrySettings } from './retry-decision.ts';

const lost: FailedAttempt = {
  code: 'unavailable',
  retryAfterMs: undefined,
  attempts: 1,
  hasWaited: false,
  remainingMs: 60_000,
  canMove: false,
  budget: 5,
  random: 0.5,
};

const rows: readonly { readonly name: string; readonly facts: Partial<FailedAttempt>; readonly want: object }[] = [
  {
    name: 'a server that is lost is asked again after 100 ms',
    facts: {},
    want: { kind: 'retry', afterMs: 100, isMove: true, isCharged: true },
  },
  {
    name: 'and then after 200 ms',
    facts: { attempts: 2 },
    want: { kind: 'retry', afterMs: 200, isMove: true, isCharged: true },
  },
  { name: 'and then no more', facts: { attempts: 3 }, want: { kind: 'give up' } },
  {
    name: 'a move to a server that is well is free',
    facts: { canMove: true, budget: 0 },
    want: { kind: 'retry', afterMs: 100, isMove: true, isCharged: false },
  },
  { name: 'nothing is sent again with an empty budget', facts: { budget: 0.9 }, want: { kind: 'give up' } },
  { name: 'nor when the pause is longer than the deadline', facts: { remainingMs: 100 }, want: { kind: 'give up' } },
  {
    name: 'a server says when it may be asked again',
    facts: { retryAfterMs: 3000, random: 0 },
    want: { kind: 'retry', afterMs: 3000, isMove: true, isCharged: true },
  },
  {
    name: 'one without room is asked again when it says when',
    facts: { code: 'overloaded', retryAfterMs: 1000, canMove: true },
    want: { kind: 'retry', afterMs: 1100, isMove: false, isCharged: true },
  },
  { name: 'not where it does not', facts: { code: 'overloaded' }, want: { kind: 'give up' } },
  {
    name: 'and only once',
    facts: { code: 'overloaded', retryAfterMs: 10, hasWaited: true },
    want: { kind: 'give up' },
  },
  { name: 'what is wrong with a request stays wrong', facts: { code: 'invalid' }, want: { kind: 'give up' } },
  {
    name: 'a failure of the server may be one of the request',
    facts: { code: 'internal', retryAfterMs: 1 },
    want: { kind: 'give up' },
  },
];

for (const { name, facts, want } of rows) {
  test(name, () => assert.deepEqual(decideRetry({ ...lost, ...facts }), want));
}

const failures = fc.record<FailedAttempt>({
  code: fc.constantFrom('unavailable', 'overloaded', 'invalid', 'internal', 'deadline', 'cancelled', 'not-found'),
  retryAfterMs: fc.option(fc.double({ min: 0, max: 1e7, noNaN: true }), { nil: undefined }),
  attempts: fc.integer({ min: 1, max: 10 }),
  hasWaited: fc.boolean(),
  remainingMs: fc.double({ min: -1e5, max: 1e6, noNaN: true }),
  canMove: fc.boolean(),
  budget: fc.double({ min: 0, max: 10, noNaN: true }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

test('a retry is of the kind that may help, in time, within its bounds, and no sooner than asked for (seed 7)', () => {
  const check = (failed: FailedAttempt) => {
    const decision = decideRetry(failed);
    if (decision.kind === 'give up') return;
    assert.ok(failed.attempts < retrySettings.attemptsMax);
    assert.ok(failed.code === 'unavailable' || (failed.code === 'overloaded' && !failed.hasWaited));
    assert.ok(decision.afterMs >= (failed.retryAfterMs ?? 0) && decision.afterMs < failed.remainingMs);
    assert.ok(decision.afterMs >= 0.8 * retrySettings.backoffMs);
    assert.ok(!decision.isCharged || failed.budget >= 1);
  };
  fc.assert(fc.property(failures, check), { seed: 7, numRuns: 20_000 });
});

interface Load {
  readonly addresses: number;
  readonly callsPerSecond: number;
  readonly seconds: number;
  readonly random: number;
}

/** Attempts in each second while nobody answers. Calls of one second fail at the same time. */
function attemptsWhileAllFails({ addresses, callsPerSecond, seconds, random }: Load): number[] {
  const ring = new AddressRing(addresses, random);
  const budget = new RetryBudget(0);
  return Array.from({ length: seconds }, (_, second) => {
    let made = 0;
    for (let call = 0; call < callsPerSecond; call++) {
      budget.earn();
      const nowMs = second * 1000 + (call / callsPerSecond) * 1000;
      for (let attempts = 1; ; attempts++) {
        made++;
        ring.failed(ring.current, nowMs);
        const canMove = ring.isWell(nowMs);
        const decision = decideRetry({ ...lost, attempts, canMove, budget: budget.left(nowMs), random });
        if (decision.kind === 'give up') break;
        if (decision.isCharged) budget.spend();
      }
    }
    return made;
  });
}

test('while all addresses fail, retries add a tenth, one a second, and what was saved up (seed 11)', () => {
  const loads = fc.record<Load>({
    addresses: fc.integer({ min: 1, max: 5 }),
    callsPerSecond: fc.integer({ min: 1, max: 300 }),
    seconds: fc.constant(60),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  const check = (load: Load) => {
    const made = attemptsWhileAllFails(load);
    for (let from = 0; from + 10 <= made.length; from++) {
      const attempts = made.slice(from, from + 10).reduce((sum, one) => sum + one, 0);
      const calls = 10 * load.callsPerSecond;
      // An address is tried for free once in ten seconds.
      const extra = 0.1 * calls + 10 + 10 + 2 * load.addresses;
      assert.ok(attempts <= calls + extra, `${attempts} attempts of ${calls} calls from second ${from}`);
    }
  };
  fc.assert(fc.property(loads, check), { seed: 11, numRuns: 100 });
});
