import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import fc from 'fast-check';
import { afterAttempt } from './after-attempt.ts';
import { forEachAtOnce } from './at-once.ts';
import { hexTime, isJobId, jobTimeOf, newJobId } from './job-id.ts';
import type { ItemOutcome } from './job-record.ts';
import { endState, jobView } from './job-view.ts';
import { placeInLine } from './place-in-line.ts';
import { requestDigest, restoreEdit, storeEdit } from './stored-edits.ts';
import { editOrder, jobOrder } from './testing.ts';

for (const [code, first, last] of [
  ['invalid', 'fail', 'fail'],
  ['not-found', 'fail', 'fail'],
  ['forbidden', 'fail', 'fail'],
  ['unsupported', 'fail', 'fail'],
  ['conflict', 'fail', 'fail'],
  ['overloaded', 'wait', 'wait'],
  ['unavailable', 'wait', 'wait'],
  ['deadline', 'retry', 'fail'],
  ['cancelled', 'retry', 'fail'],
  ['internal', 'retry', 'fail'],
] as const satisfies readonly (readonly [ErrorCode, string, string])[]) {
  test(`after ${code}: ${first}, and ${last} where it was the last attempt`, () => {
    const error = new ServiceError(code, 'x');
    assert.equal(afterAttempt(error, { isLast: false, random: 0.5 }).kind, first);
    assert.equal(afterAttempt(error, { isLast: true, random: 0.5 }).kind, last);
  });
}

test('who is to come again later does, within bounds', () => {
  const after = (retryAfterMs: number, random: number) =>
    afterAttempt(new RetryError('overloaded', 'x', { retryAfterMs }), { isLast: false, random });
  assert.deepEqual(after(2000, 0), { kind: 'wait', delayMs: 2000 });
  assert.deepEqual(after(2000, 0.5), { kind: 'wait', delayMs: 3000 });
  assert.deepEqual(after(0, 0), { kind: 'wait', delayMs: 1000 });
  assert.deepEqual(after(1e9, 0), { kind: 'wait', delayMs: 30_000 });
});

test('later jobs sort first, and say when they were taken (seed 1)', () => {
  const time = fc.integer({ min: 0, max: 4e12 });
  fc.assert(
    fc.property(time, time, (one, other) => {
      const [a, b] = [newJobId(one), newJobId(other)];
      assert.ok(isJobId(a));
      assert.equal(jobTimeOf(a), one);
      if (one !== other) assert.equal(a < b, one > other);
      assert.equal(hexTime(one) < hexTime(other), one < other);
    }),
    { seed: 1 },
  );
});

test('a place in line is one that BullMQ has; urgency goes first, then who has fewer waiting (seed 2)', () => {
  const urgency = ['interactive', 'normal', 'batch'] as const;
  const edit = fc.record({ priority: fc.constantFrom(...urgency), waiting: fc.integer({ min: 0, max: 2e6 }) });
  fc.assert(
    fc.property(edit, edit, (one, other) => {
      const [a, b] = [one, other].map(({ priority, waiting }) => placeInLine({ item: 0, priority }, waiting));
      assert.ok(a !== undefined && b !== undefined && a >= 1 && a <= 2 ** 21);
      const byUrgency = urgency.indexOf(one.priority) - urgency.indexOf(other.priority);
      if (byUrgency !== 0) assert.equal(Math.sign(a - b), Math.sign(byUrgency));
      else if (one.waiting <= other.waiting) assert.ok(a <= b);
    }),
    { seed: 2 },
  );
});

test('an edit is the same after it was kept, and its digest says what it asks', async () => {
  const bytes = Buffer.from('a picture');
  const order = editOrder({ source: { kind: 'inline', bytes }, mask: bytes, seed: 7, size: { width: 64, height: 32 } });
  const files = new Map<string, Uint8Array>();
  const stored = storeEdit(order, files);
  assert.equal(files.size, 1);
  const kept: typeof stored = JSON.parse(JSON.stringify(stored));
  const read = async (sha256: string) => files.get(sha256) ?? Buffer.alloc(0);
  const restored = await restoreEdit(kept, { id: 'ab'.repeat(16), item: 3, read });
  assert.deepEqual(restored, { ...order, requestId: `job-${'ab'.repeat(16)}-3` });
  const digest = requestDigest([stored], jobOrder());
  assert.equal(requestDigest([kept], jobOrder()), digest);
  const others = [
    { ...order, seed: 8 },
    { ...order, mask: undefined },
  ].map((other) => requestDigest([storeEdit(other, files)], jobOrder()));
  assert.equal(new Set([digest, ...others, requestDigest([stored], jobOrder({ ttlMs: 1000 }))]).size, 4);
});

const outcome = (state: ItemOutcome['state']): ItemOutcome => ({
  version: 1,
  state,
  stepsDone: 0,
  stepsTotal: 0,
  pictures: [],
});

for (const [states, isCancelled, want] of [
  [['done', 'done'], false, 'done'],
  [['done', 'failed'], false, 'failed'],
  [['done', 'cancelled'], true, 'cancelled'],
  [['failed', 'cancelled'], true, 'cancelled'],
  // It was cancelled when there was nothing left to cancel.
  [['done', 'done'], true, 'done'],
] as const) {
  test(`a job whose edits are ${states.join(' and ')} is ${want}${isCancelled ? ' where it was cancelled' : ''}`, () => {
    assert.equal(endState(states.map(outcome), isCancelled), want);
  });
}

test('a job is queued until something of it runs, and has a place only then', () => {
  const order = {
    version: 1,
    id: 'ab'.repeat(16),
    tenant: 't',
    requestId: 'r',
    edits: 2,
    createdAtMs: 1,
    expiresAtMs: 2,
  } as const;
  const parts = { order, end: undefined, isCancelled: false, isWebhookDelivered: false };
  const line = (running: readonly number[]) => ({
    position: 5,
    running: new Map(running.map((item) => [item, { done: 1, total: 4 }])),
  });
  const seen = [
    jobView({ ...parts, outcomes: new Map(), line: line([]) }),
    jobView({ ...parts, outcomes: new Map(), line: line([1]) }),
    jobView({ ...parts, outcomes: new Map([[0, outcome('done')]]), line: line([]) }),
    jobView({ ...parts, isCancelled: true, outcomes: new Map(), line: line([0]) }),
  ].map(({ state, position, items }) => [state, position, ...items.map((item) => item.state)]);
  assert.deepEqual(seen, [
    ['queued', 5, 'queued', 'queued'],
    ['running', 0, 'queued', 'running'],
    ['running', 0, 'done', 'queued'],
    ['cancelled', 0, 'running', 'queued'],
  ]);
});

test('work is done for all, so much at once, and ends at the first failure', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    if (item === 50) throw new ServiceError('unavailable', 'x');
    done.push(item);
  };
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
  await forEachAtOnce(upTo(40), 4, work);
  assert.deepEqual([done.toSorted((a, b) => a - b), most], [upTo(40), 4]);
  await assert.rejects(forEachAtOnce(upTo(100), 4, work), { code: 'unavailable' });
  assert.ok(done.length < 40 + 60);
});
