import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptSteps } from '@instgenie/domain';
import fc from 'fast-check';
import { admitPriming, smallerChoices } from './admit-priming.ts';

const stepBytes = (storage: 'fp32' | 'fp16' | 'int8') => ({ fp32: 400, fp16: 200, int8: 110 })[storage];

test('every n-th step is kept, beginning with the first', () => {
  assert.deepEqual(keptSteps(8, 1), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(keptSteps(9, 4), [0, 4, 8]);
  assert.deepEqual(keptSteps(3, 10), [0]);
  assert.throws(() => keptSteps(3, 0), /counts from 1/);
});

test('a refusal names the bytes, the limit and what fits instead', () => {
  const asked = { storage: 'fp16', keepEvery: 1, bytes: 200 * 8 } as const;
  const alternatives = smallerChoices({ asked, steps: 8, stepBytes });
  const quota = admitPriming({ asked, alternatives, tenantUsed: 9200, tenantQuota: 10_000, diskBudget: 5000 });
  assert.ok(quota.kind === 'refused');
  assert.equal(
    quota.message,
    'priming takes 1600 bytes, but 800 of the quota of 10000 bytes are left; ' +
      'what fits: fp16, one step in 2 (800 bytes); int8, one step in 2 (440 bytes); ' +
      'fp16, one step in 4 (400 bytes); int8, one step in 4 (220 bytes)',
  );
  const disk = admitPriming({ asked, alternatives, tenantUsed: 0, tenantQuota: 10_000, diskBudget: 100 });
  assert.ok(disk.kind === 'refused');
  assert.match(disk.message, /the disk's budget is 100 bytes; nothing smaller fits/);
});

test('what is admitted or offered fits quota and disk, and whatever fits is admitted', () => {
  const bytes = fc.nat(5000);
  const requests = fc.record({
    tenantUsed: bytes,
    tenantQuota: bytes,
    diskBudget: bytes,
    every: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(requests, fc.constantFrom('fp32', 'fp16', 'int8'), ({ every, ...limits }, storage) => {
      const asked = { storage, keepEvery: every, bytes: stepBytes(storage) * keptSteps(28, every).length };
      const alternatives = smallerChoices({ asked, steps: 28, stepBytes });
      const fits = (size: number) => size <= limits.diskBudget && limits.tenantUsed + size <= limits.tenantQuota;
      const answer = admitPriming({ ...limits, asked, alternatives });
      assert.equal(answer.kind === 'admitted', fits(asked.bytes));
      if (answer.kind === 'admitted') return;
      assert.deepEqual(
        answer.fits,
        alternatives.filter((choice) => fits(choice.bytes)),
      );
      assert.ok(alternatives.every((choice) => choice.bytes < asked.bytes));
    }),
    { seed: 7 },
  );
});
