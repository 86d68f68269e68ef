import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressRing } from './address-ring.ts';

test('clients begin at different addresses, and stay there', () => {
  assert.deepEqual(
    [0, 0.3, 0.4, 0.99].map((first) => new AddressRing(3, first).current),
    [0, 0, 1, 2],
  );
});

test('the next address that is well is asked after one that failed, and many failures at once move it once', () => {
  const ring = new AddressRing(3, 0);
  ring.failed(0, 1000);
  ring.failed(0, 1000);
  assert.equal(ring.current, 1);
  ring.failed(1, 1500);
  assert.equal(ring.current, 2);
  ring.failed(2, 2000);
  assert.deepEqual([ring.current, ring.isWell(2000)], [0, false]);
});

test('an address is well again after its next answer, or after ten seconds', () => {
  const ring = new AddressRing(2, 0);
  ring.failed(0, 0);
  ring.failed(1, 0);
  assert.equal(ring.isWell(9999), false);
  assert.equal(ring.isWell(10_000), true);
  ring.answered(0);
  assert.equal(ring.isWell(1), true);
});
