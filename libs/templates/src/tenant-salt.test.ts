import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantSalt } from './tenant-salt.ts';

test('a salt depends on secret and tenant, is stable, and needs a real secret', () => {
  const secret = new Uint8Array(32).fill(7);
  const salts = [tenantSalt(secret, 'a'), tenantSalt(secret, 'b'), tenantSalt(new Uint8Array(32), 'a')];
  assert.equal(new Set(salts).size, 3);
  assert.match(salts[0] ?? '', /^[0-9a-f]{64}$/);
  assert.equal(tenantSalt(secret, 'a'), salts[0]);
  assert.throws(() => tenantSalt(secret.subarray(1), 'a'), { code: 'invalid' });
  assert.throws(() => tenantSalt(secret, '\ud800'), { code: 'invalid' });
});
