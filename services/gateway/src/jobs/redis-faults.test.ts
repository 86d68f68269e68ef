import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { caller, editOrder, ended, eventually, FakeEditing, jobOrder, openJobs } from './testing.ts';

const three = jobOrder({ edits: [editOrder(), editOrder({ prompt: 'b' }), editOrder({ prompt: 'c' })] });

async function flush(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}

test('without Redis nothing is taken, and what was taken is done when it is there again, even empty', async () => {
  await using jobs = await openJobs();
  const editing = new FakeEditing();
  const desk = jobs.open(editing, { concurrency: 1 });
  const done = await ended(desk, await eventually(() => desk.submit(jobOrder({ requestId: 'done' }), caller())));
  editing.hold();
  const job = await desk.submit(three, caller());
  await editing.hasBegun(2);
  await jobs.redis.kill();
  const late = jobOrder({ requestId: 'late' });
  await assert.rejects(desk.submit(late, caller()), { code: 'unavailable' });
  await assert.rejects(desk.get(job.id, caller()), { code: 'unavailable' });
  assert.equal((await desk.get(done.id, caller())).state, 'done');
  assert.equal((await desk.result({ id: done.id, item: 0, picture: 0 }, caller())).length > 0, true);
  editing.release();
  await jobs.redis.restart();
  const { state, items } = await ended(desk, job);
  assert.deepEqual([state, items.length], ['done', 3]);
  const { jobs: kept } = await desk.list({ size: 10, token: '' }, caller());
  assert.deepEqual(kept.map(({ requestId }) => requestId).toSorted(), ['done', 'r1']);
});

test('a Redis that does not answer is as one that is not there', async () => {
  await using jobs = await openJobs();
  const desk = jobs.open(new FakeEditing(), { concurrency: 0, commandMs: 80 });
  await eventually(() => desk.submit(jobOrder(), caller()));
  jobs.redis.signal('SIGSTOP');
  await assert.rejects(desk.submit(jobOrder({ requestId: 'r2' }), caller()), { code: 'unavailable' });
  jobs.redis.signal('SIGCONT');
  const later = await eventually(() => desk.submit(jobOrder({ requestId: 'r2' }), caller()));
  assert.equal(later.state, 'queued');
});

test('what a flush has taken from the queue is queued again, but for what runs', async () => {
  await using jobs = await openJobs();
  const editing = new FakeEditing();
  const desk = jobs.open(editing, { concurrency: 1 });
  editing.hold();
  const job = await eventually(() => desk.submit(three, caller()));
  await editing.hasBegun(1);
  await flush(jobs.redis.url);
  const swept = await eventually(async () => {
    // The edit that runs says so now and then.
    const seen = await desk.get(job.id, caller());
    return seen.items[0]?.state === 'running' ? await desk.sweep() : undefined;
  });
  assert.equal(swept.requeued, 2);
  assert.equal((await desk.sweep()).requeued, 0);
  editing.release();
  assert.equal((await ended(desk, job)).state, 'done');
  assert.equal(editing.begun.length, 3);
});

test('a Redis that keeps what it is told goes on where it was', async () => {
  await using jobs = await openJobs({ isKept: true });
  const taking = jobs.open(new FakeEditing(), { concurrency: 0 });
  const job = await eventually(() => taking.submit(three, caller()));
  await jobs.redis.restart();
  const queued = await eventually(() => taking.get(job.id, caller()));
  assert.equal(queued.state, 'queued');
  assert.equal((await eventually(() => taking.sweep())).requeued, 0);
  assert.equal((await ended(jobs.open(new FakeEditing()), job)).state, 'done');
});

test('what was begun of a job and never taken is not run, and a second call goes on with it', async () => {
  await using jobs = await openJobs();
  const editing = new FakeEditing();
  const desk = jobs.open(editing, { concurrency: 0 });
  const blobs = jobs.blobs;
  const put = blobs.put.bind(blobs);
  await eventually(() => desk.list({ size: 1, token: '' }, caller()).then(() => desk.sweep()));
  blobs.put = (name, ...rest) => (name.includes('/orders/') ? Promise.reject(new Error('gone')) : put(name, ...rest));
  await assert.rejects(desk.submit(jobOrder(), caller()));
  blobs.put = put;
  assert.deepEqual(await desk.sweep(), { requeued: 0, expired: 0 });
  assert.equal((await desk.list({ size: 9, token: '' }, caller())).jobs.length, 0);
  const job = await desk.submit(jobOrder(), caller());
  assert.equal((await ended(jobs.open(editing), job)).state, 'done');
});
