import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UploadBudget } from './upload-budget.ts';

test('a tenant holds half at most, all tenants hold all, and what is given back is there again, once', () => {
  const budget = new UploadBudget(100);
  const first = budget.reserve('a', 50);
  assert.ok(first);
  assert.equal(budget.reserve('a', 1), undefined);
  assert.ok(budget.reserve('b', 40));
  assert.equal(budget.reserve('c', 11), undefined);
  assert.equal(budget.bytes, 90);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.equal(budget.bytes, 40);
  assert.ok(budget.reserve('a', 50));
});
