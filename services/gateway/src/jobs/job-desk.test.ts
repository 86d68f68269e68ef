import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import type { Job } from './jobs.ts';
import { caller, editOrder, ended, eventually, FakeEditing, jobOrder, openJobs } from './testing.ts';

const signal = new AbortController().signal;

test('a job is taken, run and kept, with the results of each edit', async () => {
  await using jobs = await openJobs();
  const editing = new FakeEditing();
  const desk = jobs.open(editing);
  const picture = Buffer.from('a picture');
  const edits = [editOrder({ count: 2 }), editOrder({ source: { kind: 'inline', bytes: picture }, mask: picture })];
  const taken = await eventually(() => desk.submit(jobOrder({ edits }), caller()));
  assert.match(taken.id, /^[0-9a-f]{32}$/);
  assert.equal(taken.items.length, 2);
  const job = await ended(desk, taken);
  assert.equal(job.state, 'done');
  assert.deepEqual(
    job.items.map(({ state, stepsDone, stepsTotal, pictures }) => [state, stepsDone, stepsTotal, pictures.length]),
    [
      ['done', 4, 4, 2],
      ['done', 4, 4, 1],
    ],
  );
  const read = async (item: number, at: number) =>
    Buffer.from(await desk.result({ id: job.id, item, picture: at }, caller())).toString();
  assert.equal(await read(0, 1), `${'ab'.repeat(12)}||a cat|1`);
  const hex = picture.toString('hex');
  assert.equal(await read(1, 0), `${hex}|${hex}|a cat|0`);
  await assert.rejects(read(1, 1), { code: 'not-found' });
  await assert.rejects(desk.result({ id: job.id, item: 0, picture: 0 }, caller('other')), { code: 'not-found' });
  assert.deepEqual(editing.begun.toSorted(), [`job-${job.id}-0`, `job-${job.id}-1`]);
});

test('the same request id is the same job, and another body under it is a conflict', async () => {
  await using jobs = await openJobs();
  const [one, other] = [jobs.open(new FakeEditing()), jobs.open(new FakeEditing())];
  const first = await eventually(() => one.submit(jobOrder(), caller()));
  // The requests of its edits have ids of their own, which are made up.
  const again = await eventually(() => other.submit(jobOrder({ edits: [editOrder({ requestId: 'x' })] }), caller()));
  assert.equal(again.id, first.id);
  const changed = jobOrder({ edits: [editOrder({ prompt: 'a dog' })] });
  await assert.rejects(one.submit(changed, caller()), { code: 'conflict', field: 'request_id' });
  const elsewhere = await one.submit(changed, caller('other'));
  assert.notEqual(elsewhere.id, first.id);
  const together = await Promise.all(
    Array.from({ length: 12 }, (_, index) => (index % 2 ? one : other).submit(jobOrder({ requestId: 'r2' }), caller())),
  );
  assert.equal(new Set(together.map(({ id }) => id)).size, 1);
});

test('jobs are listed page by page, the newest first, each tenant its own', async () => {
  await using jobs = await openJobs();
  let nowMs = Date.now();
  const desk = jobs.open(new FakeEditing(), {}, { nowMs: () => nowMs++ });
  const submitted: Job[] = [];
  for (const requestId of ['a', 'b', 'c', 'd', 'e']) {
    submitted.push(await eventually(() => desk.submit(jobOrder({ requestId }), caller())));
  }
  await desk.submit(jobOrder(), caller('other'));
  const pages: string[][] = [];
  for (let token = ''; pages.length === 0 || token !== ''; ) {
    const page = await desk.list({ size: 2, token }, caller());
    pages.push(page.jobs.map(({ requestId }) => requestId));
    token = page.nextToken;
  }
  assert.deepEqual(pages, [['e', 'd'], ['c', 'b'], ['a']]);
  await assert.rejects(desk.list({ size: 2, token: 'x' }, caller()), { code: 'invalid', field: 'page_token' });
});

test('an edit that fails is tried three times, and what is wrong with it only once', async () => {
  await using jobs = await openJobs();
  const editing = new FakeEditing();
  const desk = jobs.open(editing, { concurrency: 1 });
  editing.failures.push(new ServiceError('internal', 'a secret'), new ServiceError('deadline', 'late'));
  const lucky = await ended(desk, await eventually(() => desk.submit(jobOrder(), caller())));
  assert.equal(lucky.state, 'done');
  assert.equal(editing.begun.length, 3);
  editing.failures.push(...Array.from({ length: 3 }, () => new Error('a secret')));
  const unlucky = await ended(desk, await desk.submit(jobOrder({ requestId: 'r2' }), caller()));
  assert.equal(unlucky.state, 'failed');
  assert.deepEqual(unlucky.items[0]?.failure, { code: 'internal', message: 'internal error', field: undefined });
  assert.equal(editing.begun.length, 6);
  editing.failures.push(new ServiceError('not-found', 'template: there is none', { field: 'template_id' }));
  const wrong = await ended(desk, await desk.submit(jobOrder({ requestId: 'r3' }), caller()));
  const failure = { code: 'not-found', message: 'template: there is none', field: 'template_id' };
  assert.deepEqual(wrong.items[0]?.failure, failure);
  assert.equal(editing.begun.length, 7);
});

test('a result that cannot be kept is made again', async () => {
  await using jobs = await openJobs();
  const { blobs } = jobs;
  const put = blobs.put.bind(blobs);
  let failures = 2;
  blobs.put = async (name, ...rest) => {
    if (/\/(results|items)\//.test(name) && failures-- > 0) throw new Error('no space left on device');
    return await put(name, ...rest);
  };
  const editing = new FakeEditing();
  const desk = jobs.open(editing);
  const job = await ended(desk, await eventually(() => desk.submit(jobOrder(), caller())));
  assert.deepEqual([job.state, editing.begun.length], ['done', 3]);
});

test('a cancelled job ends at once in the queue, and at its next step in another gateway', async () => {
  await using jobs = await openJobs();
  const editing = new FakeEditing();
  const runner = jobs.open(editing, { concurrency: 1 });
  const other = jobs.open(new FakeEditing(), { concurrency: 0 });
  editing.hold();
  const order = jobOrder({ edits: [editOrder(), editOrder({ prompt: 'a dog' })] });
  const { id } = await eventually(() => other.submit(order, caller()));
  await editing.hasBegun(1);
  const queued = await other.submit(jobOrder({ requestId: 'r2' }), caller());
  assert.equal((await other.cancel(queued.id, caller())).state, 'cancelled');
  await assert.rejects(other.cancel(id, caller('other')), { code: 'not-found' });
  assert.equal((await other.cancel(id, caller())).state, 'cancelled');
  const job = await ended(other, { id });
  assert.deepEqual([job.state, ...job.items.map(({ state }) => state)], ['cancelled', 'cancelled', 'cancelled']);
  assert.deepEqual(editing.begun.length, 1);
  assert.deepEqual(editing.cancelled, editing.begun);
  assert.equal((await runner.cancel(id, caller())).state, 'cancelled');
});

test('whoever watches sees a job wait, run and end, through another gateway', async () => {
  await using jobs = await openJobs();
  const editing = new FakeEditing();
  const other = jobs.open(new FakeEditing(), { concurrency: 0, watchMs: 600_000 });
  const submit = (requestId: string) => other.submit(jobOrder({ requestId }), caller());
  await eventually(() => submit('first'));
  const second = await submit('second');
  assert.deepEqual([second.state, second.position], ['queued', 1]);
  editing.hold();
  const seen: string[] = [];
  for await (const { state, items } of other.watch(second.id, { caller: caller(), signal })) {
    seen.push(`${state} ${items[0]?.stepsDone}`);
    if (seen.length === 1) jobs.open(editing);
    if (seen.at(-1) === 'running 2') editing.release();
  }
  assert.equal(seen[0], 'queued 0');
  assert.ok(seen.includes('running 2'));
  assert.equal(seen.at(-1), 'done 4');
});

test('lines have bounds, of all tenants and of each', async () => {
  await using jobs = await openJobs();
  const desk = jobs.open(new FakeEditing(), { concurrency: 0, waitingMax: 3, waitingPerTenantMax: 2 });
  const two = jobOrder({ edits: [editOrder(), editOrder()] });
  await eventually(() => desk.submit(two, caller()));
  const one = jobOrder({ requestId: 'r2' });
  const overloaded = { code: 'overloaded', retryAfterMs: 5000 };
  await assert.rejects(desk.submit(one, caller()), overloaded);
  await assert.rejects(desk.submit(two, caller('other')), overloaded);
  await desk.submit(one, caller('other'));
  // It was taken before: nothing more has to wait for it.
  assert.equal((await desk.submit(two, caller())).state, 'queued');
});

test('a long line of one tenant holds up nobody else', async () => {
  await using jobs = await openJobs();
  const editing = new FakeEditing();
  const taking = jobs.open(new FakeEditing(), { concurrency: 0 });
  const many = jobOrder({ edits: Array.from({ length: 10 }, () => editOrder()) });
  const long = await eventually(() => taking.submit(many, caller()));
  const short = await taking.submit(jobOrder(), caller('other'));
  const running = jobs.open(editing, { concurrency: 1 });
  await ended(running, long);
  assert.equal(editing.begun.indexOf(`job-${short.id}-0`), 1);
});

test('a job goes with all that it has left, and its request id is free again', async () => {
  await using jobs = await openJobs();
  let nowMs = Date.now();
  const editing = new FakeEditing();
  const desk = jobs.open(editing, {}, { nowMs: () => nowMs });
  const mask = Buffer.from('a mask');
  const order = jobOrder({ edits: [editOrder({ mask })], ttlMs: 3_600_000 });
  const job = await eventually(() => desk.submit(order, caller()));
  await ended(desk, job);
  nowMs += 3_599_999;
  assert.equal((await desk.sweep()).expired, 0);
  assert.equal((await desk.submit(order, caller())).id, job.id);
  nowMs += 1;
  await assert.rejects(desk.get(job.id, caller()), { code: 'not-found' });
  assert.equal((await desk.sweep()).expired, 1);
  assert.deepEqual(await Array.fromAsync(jobs.blobs.list('jobs/')), []);
  assert.notEqual((await desk.submit(order, caller())).id, job.id);
});
