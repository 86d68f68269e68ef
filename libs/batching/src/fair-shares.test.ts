import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FairShares } from './fair-shares.ts';

test('who comes back after a pause starts level with those that are there, and saves nothing up', () => {
  const shares = new FairShares();
  for (const tenant of ['busy', 'rare']) shares.enter(tenant);
  shares.charge('busy', 100);
  shares.charge('rare', 10);
  shares.leave('rare');
  shares.charge('busy', 900);
  shares.enter('rare');
  assert.deepEqual([shares.given('busy'), shares.given('rare')], [1000, 1000]);
});

test('who was given much is not forgiven by a pause', () => {
  const shares = new FairShares();
  for (const tenant of ['greedy', 'other']) shares.enter(tenant);
  shares.charge('greedy', 1000);
  shares.leave('greedy');
  shares.enter('greedy');
  assert.ok(shares.given('greedy') - shares.given('other') === 1000);
});

test('tenants that nobody hears of any more are forgotten', () => {
  const shares = new FairShares();
  for (let at = 0; at < 1000; at++) {
    shares.enter(`t${at}`);
    shares.charge(`t${at}`, 1);
    shares.leave(`t${at}`);
  }
  shares.enter('new');
  assert.equal(shares.given('t5'), shares.given('new'));
});
