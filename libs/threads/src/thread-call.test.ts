import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { ThreadClient } from './thread-call.ts';

const start = (how: 'in order' | 'together') => new ThreadClient(new URL('./testing-thread.ts', import.meta.url), how);

test('calls are answered, shared memory passes by reference, and results that own their memory move', async () => {
  await using thread = start('in order');
  assert.equal(await thread.call('double', 21), 42);
  const shared = new Int32Array(new SharedArrayBuffer(8));
  await thread.call('fill', shared);
  assert.deepEqual([...shared], [7, 7]);
  assert.equal((await thread.call<Float32Array>('floats', 3)).length, 3);
});

test('an error keeps its code, message and field', async () => {
  await using thread = start('in order');
  await assert.rejects(thread.call('refuse', undefined), (thrown) => {
    assert.ok(thrown instanceof ServiceError);
    assert.deepEqual([thrown.code, thrown.message, thrown.field], ['invalid', 'value: too large', 'value']);
    return true;
  });
  await assert.rejects(thread.call('unknown', undefined), /the thread has no unknown/);
});

test('a thread that answers together goes on while a call waits', async () => {
  await using thread = start('together');
  const waiting = thread.call('wait', undefined);
  await thread.call('open', undefined);
  assert.equal(await waiting, 'opened');
});

test('when the thread dies, open calls and later ones fail', async () => {
  await using thread = start('together');
  const waiting = assert.rejects(thread.call('wait', undefined), /a thread is closed/);
  await assert.rejects(thread.call('end', undefined), /a thread is closed/);
  await waiting;
  await assert.rejects(thread.call('double', 1), /a thread is closed/);
});
