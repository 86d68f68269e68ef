import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { EitherSignal } from './either-signal.ts';

const listeners = (of: AbortSignal) => getEventListeners(of, 'abort').length;

test('it aborts with the first that does, and with its reason', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  using either = new EitherSignal(one.signal, other.signal);
  assert.equal(either.signal.aborted, false);
  const reason = new Error('enough');
  other.abort(reason);
  one.abort(new Error('too late'));
  assert.equal(either.signal.reason, reason);
});

test('of one that was aborted before it is so at once', () => {
  const reason = new Error('before');
  const other = new AbortController();
  using either = new EitherSignal(AbortSignal.abort(reason), other.signal);
  assert.equal(either.signal.reason, reason);
  assert.equal(listeners(other.signal), 0);
});

test('nothing of it stays with the others once it is over', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  {
    using either = new EitherSignal(one.signal, other.signal);
    assert.deepEqual([listeners(one.signal), listeners(other.signal)], [1, 1]);
    assert.equal(either.signal.aborted, false);
  }
  assert.deepEqual([listeners(one.signal), listeners(other.signal)], [0, 0]);
  using either = new EitherSignal(one.signal, other.signal);
  one.abort();
  assert.equal(either.signal.aborted, true);
  assert.equal(listeners(other.signal), 0);
});
