import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EditDesk } from './edit-desk.ts';

test('a bounded number is here; names are unique to a tenant, and only that one can cancel', () => {
  const desk = new EditDesk(2);
  using one = desk.enter({ tenant: 'a', id: 'x' });
  assert.throws(() => desk.enter({ tenant: 'a', id: 'x' }), { code: 'invalid', field: 'edit_id' });
  {
    using other = desk.enter({ tenant: 'b', id: 'x' });
    assert.notEqual(one.key, other.key);
    assert.throws(() => desk.enter({ tenant: 'c', id: 'y' }), { code: 'overloaded', retryAfterMs: 250 });
    desk.cancel('b', 'x');
    assert.deepEqual([one.signal.aborted, other.signal.aborted], [false, true]);
  }
  assert.equal(desk.count, 1);
  assert.throws(() => desk.cancel('b', 'x'), { code: 'not-found', field: 'edit_id' });
  assert.throws(() => desk.cancel('a', 'b/x'), { code: 'not-found' });
});

test('a closed desk takes nobody and is empty when the last one has left', async () => {
  const desk = new EditDesk(2);
  const entries = [desk.enter({ tenant: 'a', id: 'x' }), desk.enter({ tenant: 'a', id: 'y' })];
  desk.close();
  assert.equal(desk.isOpen, false);
  assert.throws(() => desk.enter({ tenant: 'a', id: 'z' }), { code: 'unavailable' });
  const empty = desk.empty();
  for (const entry of entries) entry[Symbol.dispose]();
  await empty;
  assert.equal(desk.count, 0);
});
