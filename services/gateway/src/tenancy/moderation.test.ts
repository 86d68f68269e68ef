import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Moderation, type ModerationSettings } from './moderation.ts';

const edit = { requestId: 'r1', tenant: 'acme', template: 'f'.repeat(24), prompt: 'a red hat', maskRatio: 0.25 };
const image = Buffer.from('picture');
const quiet = new AbortController().signal;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const json =
  (value: unknown, status = 200): Answer =>
  (_request, response) =>
    void response.writeHead(status).end(JSON.stringify(value));

/** A service that answers as it is told, and what it was asked. */
async function start(answer: Answer, settings: Partial<ModerationSettings> = {}) {
  const questions: { readonly path: string | undefined; readonly body: unknown }[] = [];
  const server = createServer((request, response) => {
    void Array.fromAsync<Buffer>(request).then((pieces) => {
      questions.push({ path: request.url, body: JSON.parse(Buffer.concat(pieces).toString()) });
      answer(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const timers: (() => void)[] = [];
  const unanswered: unknown[] = [];
  const moderation = new Moderation({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    onFailure: 'closed',
    timeoutMs: 2000,
    sendPictures: false,
    onUnanswered: (cause) => unanswered.push(cause),
    clock: {
      now: () => 0,
      after: (_delayMs, wake) => {
        timers.push(wake);
        return () => void timers.splice(timers.indexOf(wake), 1);
      },
    },
    ...settings,
  });
  return {
    moderation,
    questions,
    timers,
    unanswered,
    server,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('it is asked before an edit, and after it with the digest of the result', async () => {
  await using service = await start(json({ allowed: true }));
  await service.moderation.before(edit, quiet);
  await service.moderation.after(edit, image, quiet);
  const resultSha256 = createHash('sha256').update(image).digest('hex');
  assert.deepEqual(service.questions, [
    { path: '/hook', body: { stage: 'before', ...edit } },
    { path: '/hook', body: { stage: 'after', ...edit, resultSha256 } },
  ]);
  assert.equal(service.timers.length, 0);
});

test('results themselves are sent where that is set', async () => {
  await using service = await start(json({ allowed: true }), { sendPictures: true });
  await service.moderation.after(edit, image, quiet);
  const body = service.questions[0]?.body;
  assert.ok(typeof body === 'object' && body !== null && 'imageBase64' in body);
  assert.equal(body.imageBase64, image.toString('base64'));
});

test('a denial says why, on one line of at most 200 characters', async () => {
  await using service = await start(json({ allowed: false, reason: `no\nhats${'!'.repeat(500)}` }));
  await assert.rejects(service.moderation.before(edit, quiet), {
    code: 'forbidden',
    field: 'prompt',
    message: `prompt: no hats${'!'.repeat(193)}`,
  });
  await assert.rejects(service.moderation.after(edit, image, quiet), { code: 'forbidden', field: 'image' });
});

test('a denial without a reason is one', async () => {
  await using service = await start(json({ allowed: false }), { onFailure: 'open' });
  const text = 'prompt: it is not allowed';
  await assert.rejects(service.moderation.before(edit, quiet), { code: 'forbidden', message: text });
});

const failures: readonly { readonly name: string; readonly answer: Answer }[] = [
  { name: 'a failure', answer: json({ allowed: true }, 500) },
  { name: 'a refusal', answer: json({ allowed: true }, 404) },
  {
    name: 'a redirection',
    answer: (request, response) =>
      request.url === '/hook'
        ? response.writeHead(307, { location: '/other' }).end()
        : json({ allowed: true })(request, response),
  },
  { name: 'no JSON', answer: (_request, response) => response.end('yes') },
  { name: 'nothing', answer: (_request, response) => response.end() },
  { name: 'no verdict', answer: json({ allowed: 'yes' }) },
  { name: 'a text without end', answer: (_request, response) => response.end(' '.repeat(70_000) + '{"allowed":true}') },
  { name: 'a connection that breaks', answer: (request) => request.socket.resetAndDestroy() },
];

for (const { name, answer } of failures) {
  test(`${name} is no answer: closed edits wait for a better one, open ones go on`, async () => {
    await using closed = await start(answer);
    await assert.rejects(closed.moderation.before(edit, quiet), { code: 'unavailable', field: undefined });
    await assert.rejects(closed.moderation.after(edit, image, quiet), { code: 'unavailable' });
    assert.ok(closed.questions.every(({ path }) => path === '/hook'));
    await using open = await start(answer, { onFailure: 'open' });
    await open.moderation.before(edit, quiet);
    await open.moderation.after(edit, image, quiet);
    assert.equal(open.unanswered.length, 2);
  });
}

test('an answer that does not come in time is none', async () => {
  const asked = Promise.withResolvers<void>();
  await using service = await start(() => asked.resolve());
  const asking = service.moderation.before(edit, quiet);
  await asked.promise;
  service.timers[0]?.();
  await assert.rejects(asking, { code: 'unavailable' });
});

test('nobody there is no answer', async () => {
  const service = await start(json({ allowed: true }));
  await service[Symbol.asyncDispose]();
  await assert.rejects(service.moderation.before(edit, quiet), { code: 'unavailable' });
});

test('a caller who leaves ends the question, and that is no failure of the service', async () => {
  const asked = Promise.withResolvers<void>();
  await using service = await start(() => asked.resolve(), { onFailure: 'open' });
  const stop = new AbortController();
  const asking = service.moderation.before(edit, stop.signal);
  await asked.promise;
  stop.abort();
  await assert.rejects(asking, { code: 'cancelled' });
  assert.deepEqual([service.unanswered, service.timers.length], [[], 0]);
});
