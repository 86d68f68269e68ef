import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { connect, jobServiceDefinition, serve } from '@instgenie/rpc';
import { type Authenticator, scopes, unauthenticated } from '@instgenie/tenants';
import { eventually, FakeEditing, openJobs } from '../jobs/testing.ts';
import { jobService } from './job-service.ts';

const limits = { pictureBytesMax: 2 ** 20, maskBytesMax: 2 ** 20, deadlineMs: 60_000 };

/** The key is the tenant's name; `reader` may do nothing with jobs. */
const authenticator: Authenticator = {
  authenticate: async (authorization) => {
    const tenant = authorization?.replace('Bearer ', '');
    if (tenant === undefined) throw unauthenticated('who?');
    return { tenant, keyId: undefined, scopes: new Set(tenant === 'reader' ? ['edit'] : scopes), quota: {} };
  },
};

async function open(editing: FakeEditing) {
  const stack = new AsyncDisposableStack();
  const jobs = stack.use(await openJobs());
  const desk = jobs.open(editing);
  await eventually(() => desk.sweep());
  const services = [jobService({ jobs: desk, authenticator, limits })];
  const { signal } = new AbortController();
  const server = stack.use(await serve('127.0.0.1:0', { services, limits: { drainMs: 0 } }, signal));
  const client = stack.use(connect(`127.0.0.1:${server.port}`, jobServiceDefinition()));
  const as = (tenant?: string) => ({
    deadlineMs: 30_000,
    signal,
    ...(tenant === undefined ? {} : { authorization: `Bearer ${tenant}` }),
  });
  return { client, as, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const templateId = 'ab'.repeat(12);

test('a job over gRPC: submitted, watched to its end, listed, and its result read in pieces', async () => {
  await using api = await open(new FakeEditing());
  const { client, as } = api;
  // Results of the fake are twice as long as the picture, and so of several pieces.
  const image = Buffer.alloc(300_000, 7);
  const edits = [
    { image, prompt: 'a cat' },
    { templateId, prompt: 'a dog', count: 2 },
  ];
  const request = { requestId: 'r1', edits, ttl: { seconds: 3600 } };
  const { job } = await client.unary('SubmitJob', request, as('shop'));
  assert.ok(job !== null);
  const { jobId, createTime, expireTime } = job;
  assert.equal((expireTime?.seconds ?? 0) - (createTime?.seconds ?? 0), 3600);
  const seen = await Array.fromAsync(client.stream('WatchJob', { jobId }, as('shop')));
  const last = seen.at(-1)?.job;
  assert.equal(last?.state, 'JOB_STATE_DONE');
  const [one, two] = last?.items ?? [];
  assert.deepEqual([one?.state, one?.stepsDone, one?.stepsTotal, one?.pictures.length], ['JOB_STATE_DONE', 4, 4, 1]);
  assert.deepEqual([two?.pictures.length, two?.pictures[1]?.seed, two?.facts?.model], [2, 1, 'fill']);
  assert.deepEqual(one?.pictures[0]?.image, Buffer.alloc(0));
  assert.equal(one?.pictures[0]?.cache, 'CACHE_OUTCOME_HIT');
  const pieces = await Array.fromAsync(client.stream('ReadJobResult', { jobId, item: 0, picture: 0 }, as('shop')));
  assert.deepEqual(
    pieces.map(({ data }) => data.length),
    [262_144, 262_144, 75_721],
  );
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const wanted = Buffer.from(`${image.toString('hex')}||a cat|0`);
  assert.equal(digest(Buffer.concat(pieces.map(({ data }) => data))), digest(wanted));
  const { jobs, nextPageToken } = await client.unary('ListJobs', {}, as('shop'));
  assert.deepEqual([jobs.length, nextPageToken], [1, '']);
  assert.deepEqual((await client.unary('CancelJob', { jobId }, as('shop'))).job?.state, 'JOB_STATE_DONE');
});

test('who calls must say so, be allowed to, and sees nothing of others', async () => {
  await using api = await open(new FakeEditing());
  const { client, as } = api;
  const request = { requestId: 'r1', edits: [{ templateId, prompt: 'a cat' }] };
  await assert.rejects(client.unary('SubmitJob', request, as()), { code: 'unauthenticated' });
  await assert.rejects(client.unary('SubmitJob', request, as('reader')), { code: 'forbidden' });
  const { job } = await client.unary('SubmitJob', request, as('shop'));
  const jobId = job?.jobId ?? '';
  const other = as('other');
  await assert.rejects(client.unary('GetJob', { jobId }, other), { code: 'not-found', field: 'job_id' });
  await assert.rejects(client.unary('CancelJob', { jobId }, other), { code: 'not-found' });
  await assert.rejects(Array.fromAsync(client.stream('WatchJob', { jobId }, other)), { code: 'not-found' });
  await assert.rejects(Array.fromAsync(client.stream('ReadJobResult', { jobId }, other)), { code: 'not-found' });
  assert.deepEqual((await client.unary('ListJobs', {}, other)).jobs, []);
  await assert.rejects(client.unary('GetJob', { jobId: '../x' }, as('shop')), { code: 'not-found' });
});

const good = { templateId, prompt: 'a cat' };
for (const { name, request, field } of [
  { name: 'no request id', request: { edits: [good] }, field: 'request_id' },
  { name: 'a request id that is none', request: { requestId: 'a/b', edits: [good] }, field: 'request_id' },
  { name: 'no edits', request: { requestId: 'r' }, field: 'edits' },
  {
    name: 'too many edits',
    request: { requestId: 'r', edits: Array.from({ length: 101 }, () => good) },
    field: 'edits',
  },
  { name: 'no source', request: { requestId: 'r', edits: [good, { prompt: 'x' }] }, field: 'edits[1].source' },
  { name: 'a wrong field', request: { requestId: 'r', edits: [{ ...good, steps: 1001 }] }, field: 'edits[0].steps' },
  { name: 'too long a ttl', request: { requestId: 'r', edits: [good], ttl: { seconds: 2_592_001 } }, field: 'ttl' },
  { name: 'a webhook', request: { requestId: 'r', edits: [good], webhookUrl: 'https://a.test' }, field: 'webhook_url' },
]) {
  test(`a job with ${name} is refused by the name of the field`, async () => {
    await using api = await open(new FakeEditing());
    await assert.rejects(api.client.unary('SubmitJob', request, api.as('shop')), { code: 'invalid', field });
  });
}

test('a page larger than there are is refused', async () => {
  await using api = await open(new FakeEditing());
  const listed = api.client.unary('ListJobs', { pageSize: 1001 }, api.as('shop'));
  await assert.rejects(listed, { code: 'invalid', field: 'page_size' });
});
