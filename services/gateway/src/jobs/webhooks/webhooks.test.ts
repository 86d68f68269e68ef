import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { caller, editOrder, ended, eventually, FakeEditing, jobOrder, openJobs } from '../testing.ts';
import { sendWebhook } from './send-webhook.ts';
import { readWebhookSecret, webhookHeaders } from './sign-webhook.ts';
import { checkWebhookUrl, targetAddress } from './webhook-target.ts';

const secret = Buffer.from('a secret of at least 24 bytes');
const nobody = async () => [];

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that answers with these statuses, one after the other, and then with 200. */
async function receiver(...statuses: readonly number[]) {
  const seen: Seen[] = [];
  const left = [...statuses];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    seen.push({ headers: request.headers, body: Buffer.concat(await Array.fromAsync<Buffer>(request)).toString() });
    const status = left.shift() ?? 200;
    response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {});
    // More than anybody wants to read.
    response.end(Buffer.alloc(2 ** 20));
  };
  const server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    port,
    url: `http://hooks.test:${port}/done?a=b`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const rules = { webhookHttp: true, webhookTimeoutMs: 10_000, resolve: async () => ['127.0.0.1'] };

test('a webhook is sent until it is taken, each time signed, with one id', async () => {
  await using hooks = await receiver(500, 302);
  await using jobs = await openJobs();
  const settings = { webhookHttp: true, webhookSecret: secret };
  const desk = jobs.open(new FakeEditing(), settings, { resolve: async () => ['127.0.0.1'] });
  const order = jobOrder({ webhookUrl: hooks.url, edits: [editOrder({ prompt: 'a secret cat' })] });
  const job = await ended(desk, await eventually(() => desk.submit(order, caller())));
  await eventually(async () => (await desk.get(job.id, caller())).isWebhookDelivered || undefined);
  assert.equal(hooks.seen.length, 3);
  assert.deepEqual(new Set(hooks.seen.map(({ headers }) => headers['webhook-id'])), new Set([`job_${job.id}`]));
  for (const { headers, body } of hooks.seen) {
    const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
    const signature = createHmac('sha256', secret).update(signed).digest('base64');
    assert.equal(headers['webhook-signature'], `v1,${signature}`);
    assert.equal(headers.host, `hooks.test:${hooks.port}`);
    assert.doesNotMatch(body, /secret cat/);
  }
  const { type, data } = JSON.parse(hooks.seen[0]?.body ?? '') as { type: string; data: Record<string, unknown> };
  assert.deepEqual([type, data['id'], data['status']], ['job.ended', job.id, 'done']);
  await eventually(async () => (await Array.fromAsync(jobs.blobs.list('jobs/open/'))).length === 0 || undefined);
});

test('a webhook that nobody takes is given up, and one that is not wanted any more at once', async () => {
  await using hooks = await receiver(500, 500, 410);
  await using jobs = await openJobs();
  const settings = { webhookHttp: true, webhookSecret: secret, webhookAttemptsMax: 2 };
  const desk = jobs.open(new FakeEditing(), settings, { resolve: async () => ['127.0.0.1'] });
  for (const [requestId, attempts] of [
    ['r1', 2],
    ['r2', 3],
  ] as const) {
    const order = jobOrder({ requestId, webhookUrl: hooks.url });
    const job = await ended(desk, await eventually(() => desk.submit(order, caller())));
    await eventually(async () =>
      (await Array.fromAsync(jobs.blobs.list('jobs/open/'))).length === 0 ? true : undefined,
    );
    assert.equal((await desk.get(job.id, caller())).isWebhookDelivered, false);
    assert.equal(hooks.seen.length, attempts);
  }
});

test('a webhook that was lost with its queue is sent all the same', async () => {
  await using hooks = await receiver();
  await using jobs = await openJobs();
  const settings = { webhookHttp: true, webhookSecret: secret };
  const editing = new FakeEditing();
  const closing = jobs.open(editing, settings, { resolve: nobody });
  const job = await ended(
    closing,
    await eventually(() => closing.submit(jobOrder({ webhookUrl: hooks.url }), caller())),
  );
  await closing[Symbol.asyncDispose]();
  await jobs.redis.restart();
  const desk = jobs.open(editing, settings, { resolve: async () => ['127.0.0.1'] });
  await eventually(async () => (await desk.get(job.id, caller())).isWebhookDelivered || undefined);
  assert.equal(hooks.seen.length, 1);
});

test('where a host has moved to a private address nothing is sent', async () => {
  await using hooks = await receiver();
  const post = { url: hooks.url, headers: {}, body: '{}' };
  const answers = [['8.8.8.8', '10.0.0.1'], ['127.0.0.1'], ['::ffff:127.0.0.1'], ['169.254.169.254'], []];
  for (const addresses of answers) {
    const sent = sendWebhook(post, { ...rules, webhookHttp: false, resolve: async () => addresses });
    await assert.rejects(sent, { code: 'invalid', field: 'webhook_url' });
  }
  assert.equal(hooks.seen.length, 0);
  assert.equal(
    await targetAddress(new URL('https://hooks.test'), {
      ...rules,
      webhookHttp: false,
      resolve: async () => ['8.8.8.8'],
    }),
    '8.8.8.8',
  );
});

test('the name of a host is looked up once, and redirects are not followed', async () => {
  await using hooks = await receiver(302, 204);
  let lookups = 0;
  const resolve = async () => (lookups++ === 0 ? ['127.0.0.1'] : ['192.0.2.1']);
  assert.equal(await sendWebhook({ url: hooks.url, headers: {}, body: '{}' }, { ...rules, resolve }), 'again');
  assert.deepEqual([lookups, hooks.seen.length], [1, 1]);
});

test('whoever does not answer is not waited for', async () => {
  await using server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const post = { url: `http://127.0.0.1:${port}`, headers: {}, body: '{}' };
  await assert.rejects(sendWebhook(post, { ...rules, webhookTimeoutMs: 20 }));
  const silent = { ...rules, webhookTimeoutMs: 20, resolve: () => new Promise<never>(() => undefined) };
  await assert.rejects(sendWebhook({ ...post, url: 'http://hooks.test' }, silent), { code: 'deadline' });
  server.closeAllConnections();
});

for (const [url, isHttp, isTaken] of [
  ['https://hooks.test/a', false, true],
  ['http://hooks.test/a', false, false],
  ['http://hooks.test/a', true, true],
  ['http://10.0.0.1', true, true],
  ['https://8.8.8.8', false, true],
  ['https://10.0.0.1', false, false],
  ['https://[::1]/', false, false],
  ['https://[2606:4700::1111]/', false, true],
  ['https://0x7f000001/', false, false],
  ['https://user:password@hooks.test/', false, false],
  ['file:///etc/passwd', true, false],
  ['ftp://hooks.test', true, false],
  ['no url', false, false],
  [`https://hooks.test/${'a'.repeat(2048)}`, false, false],
] as const) {
  test(`${url.slice(0, 40)} is ${isTaken ? '' : 'not '}taken${isHttp ? ' where http is' : ''}`, () => {
    const check = () => checkWebhookUrl(url, { webhookHttp: isHttp });
    if (isTaken) check();
    else assert.throws(check, { code: 'invalid', field: 'webhook_url' });
  });
}

test('without a secret no webhooks are taken', async () => {
  await using jobs = await openJobs();
  const desk = jobs.open(new FakeEditing(), { concurrency: 0 });
  const order = jobOrder({ webhookUrl: 'https://hooks.test' });
  await assert.rejects(desk.submit(order, caller()), { code: 'invalid', field: 'webhook_url' });
});

test('headers are those of Standard Webhooks, and secrets may be written as theirs', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'instgenie-secret-'));
  const file = join(folder.path, 'secret');
  // The example of the specification's own libraries.
  await writeFile(file, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n');
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', atMs: 1_614_265_330_500, body: '{"test": 2432232314}' };
  assert.deepEqual(webhookHeaders(message, await readWebhookSecret(file)), {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
  await writeFile(file, 'too short');
  await assert.rejects(readWebhookSecret(file), { code: 'invalid', field: 'jobs.webhookSecretFile' });
  await assert.rejects(readWebhookSecret(join(folder.path, 'none')), { code: 'invalid' });
});
