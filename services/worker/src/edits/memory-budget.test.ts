import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MemoryBudget } from './memory-budget.ts';

test('never more is given out than there is, and all of it comes back', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('take' as const), bytes: fc.nat(60) }),
    fc.record({ kind: fc.constant('give' as const), bytes: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const budget = new MemoryBudget(100);
      const taken: { readonly bytes: number; readonly loan: Disposable }[] = [];
      const used = () => taken.reduce((sum, { bytes }) => sum + bytes, 0);
      for (const { kind, bytes } of steps) {
        if (kind === 'give') {
          const [given] = taken.splice(bytes % Math.max(1, taken.length), 1);
          given?.loan[Symbol.dispose]();
          given?.loan[Symbol.dispose]();
        } else if (used() + bytes <= 100) taken.push({ bytes, loan: budget.take(bytes, 5) });
        else assert.throws(() => budget.take(bytes, 5), { code: 'overloaded', field: 'memory', retryAfterMs: 5 });
        assert.equal(budget.usedBytes, used());
      }
    }),
  );
});
