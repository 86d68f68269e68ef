import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { RetryError } from '@instgenie/rpc';
import { caller, editOrder, ended, eventually, FakeEditing, jobOrder, openJobs, type TestJobs } from './testing.ts';

const three = jobOrder({ edits: [editOrder(), editOrder({ prompt: 'b' }), editOrder({ prompt: 'c' })] });

/** A gateway in a process of its own. */
function gatewayOf(jobs: TestJobs, ...args: readonly string[]) {
  const script = join(import.meta.dirname, 'testing-gateway.ts');
  const flags = ['--disable-warning=ExperimentalWarning', script, jobs.redis.url, join(jobs.folder, 'blobs'), ...args];
  return spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('the edits of a gateway that was killed are done by another', async () => {
  await using jobs = await openJobs();
  const taking = jobs.open(new FakeEditing(), { concurrency: 0 });
  const job = await eventually(() => taking.submit(three, caller()));
  const gateway = gatewayOf(jobs);
  const [begun] = await once(gateway.stdout, 'data');
  assert.equal(String(begun).trim(), `job-${job.id}-0`);
  gateway.kill('SIGKILL');
  await once(gateway, 'exit');
  const editing = new FakeEditing();
  const other = jobs.open(editing);
  assert.equal((await ended(other, job)).state, 'done');
  assert.deepEqual(
    editing.begun.toSorted(),
    [0, 1, 2].map((item) => `job-${job.id}-${item}`),
  );
});

test('an edit that ends one gateway after another is given up', async () => {
  await using jobs = await openJobs();
  const editing = new FakeEditing();
  const desk = jobs.open(editing, { stallsMax: 0, lockMs: 200, stalledMs: 100, concurrency: 0 });
  const job = await eventually(() => desk.submit(jobOrder(), caller()));
  const gateway = gatewayOf(jobs);
  await once(gateway.stdout, 'data');
  gateway.kill('SIGKILL');
  await once(gateway, 'exit');
  const other = jobs.open(editing, { stallsMax: 0, lockMs: 200, stalledMs: 100, sweepMs: 50 });
  const { state, items } = await ended(other, job);
  assert.deepEqual([state, items[0]?.failure?.code, editing.begun], ['failed', 'internal', []]);
});

test('a gateway that closes gives back what it runs, and that costs no attempt', async () => {
  await using jobs = await openJobs();
  const editing = new FakeEditing();
  const closing = jobs.open(editing, { attemptsMax: 1, lockMs: 60_000 });
  editing.hold();
  const job = await eventually(() => closing.submit(jobOrder(), caller()));
  await editing.hasBegun(1);
  await closing[Symbol.asyncDispose]();
  const other = new FakeEditing();
  assert.equal((await ended(jobs.open(other, { attemptsMax: 1 }), job)).state, 'done');
  assert.deepEqual(other.begun, editing.begun);
});

test('a gateway closes, and its process ends, also where there is no Redis', async () => {
  await using jobs = await openJobs();
  const begun = gatewayOf(jobs, 'ends');
  await once(begun.stdout, 'data');
  await jobs.redis.kill();
  begun.kill('SIGTERM');
  const [code] = await once(begun, 'exit');
  assert.equal(code, 0);
});

test('a refusal for lack of room costs no attempt', async () => {
  await using jobs = await openJobs();
  const editing = new FakeEditing();
  const desk = jobs.open(editing, { attemptsMax: 1 }, { random: () => 0 });
  editing.failures.push(new RetryError('overloaded', 'no room', { retryAfterMs: 1 }));
  const job = await ended(desk, await eventually(() => desk.submit(jobOrder(), caller())));
  assert.deepEqual([job.state, editing.begun.length], ['done', 2]);
});
