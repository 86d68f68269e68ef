import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import fc from 'fast-check';
import { afterFailure, type Failure, failureKind, lossesMax, staysMax } from './after-failure.ts';

const lost = (stepsDone = 0, wasAtWork = true): Failure => ({
  error: new ServiceError('unavailable', 'gone'),
  wasAtWork,
  stepsDone,
});
const refused: Failure = {
  error: new RetryError('unavailable', 'leaving', { retryAfterMs: 0 }),
  wasAtWork: true,
  stepsDone: 3,
};
const wrong: Failure = { error: new ServiceError('invalid', 'wrong'), wasAtWork: false, stepsDone: 0 };

for (const { name, failures, want } of [
  { name: 'one loss', failures: [lost()], want: { kind: 'move', isRetry: true } },
  { name: 'two losses at the same place', failures: [lost(4), lost(4)], want: { kind: 'poison' } },
  { name: 'two losses with progress between', failures: [lost(4), lost(8)], want: { kind: 'move', isRetry: true } },
  { name: 'three losses', failures: [lost(4), lost(8), lost(12)], want: { kind: 'give up' } },
  {
    name: 'two workers that were never reached, or where it only waited',
    failures: [lost(0, false), lost(0, false)],
    want: { kind: 'move', isRetry: true },
  },
  { name: 'a loss and a refusal', failures: [lost(), refused], want: { kind: 'move', isRetry: false } },
  { name: 'a wrong request', failures: [wrong], want: { kind: 'give up' } },
] as const) {
  test(`after ${name} an edit is to ${want.kind}`, () => {
    assert.deepEqual(afterFailure(failures), want);
  });
}

test('whatever happens, an edit is lost with at most three workers and stays on at most sixteen', () => {
  const codes: readonly ErrorCode[] = ['unavailable', 'internal', 'cancelled', 'overloaded', 'deadline', 'not-found'];
  const failure = fc.record({
    error: fc.oneof(
      fc.constantFrom(...codes).map((code) => new ServiceError(code, 'why')),
      fc.constant(refused.error),
    ),
    wasAtWork: fc.boolean(),
    stepsDone: fc.nat(8),
  });
  fc.assert(
    fc.property(fc.array(failure, { minLength: 40, maxLength: 40 }), (all) => {
      const stays: Failure[] = [];
      for (const next of all) {
        stays.push(next);
        if (afterFailure(stays).kind !== 'move') break;
      }
      assert.ok(stays.length <= staysMax);
      assert.ok(stays.filter(({ error }) => failureKind(error) === 'lost').length <= lossesMax);
    }),
    { seed: 7 },
  );
});
