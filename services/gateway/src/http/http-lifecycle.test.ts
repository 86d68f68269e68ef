import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { EditOrder } from '../edits/edit-order.ts';
import type { CallFacts } from '../edits/editing.ts';
import { serveHttp } from './serve-http.ts';
import { asAll, RawConnection, startHttp } from './testing-http.ts';
import { FakeEditing, key, templateId, testParts } from './testing-parts.ts';

const edit = JSON.stringify({ template_id: templateId, prompt: 'a' });
const stream = JSON.stringify({ template_id: templateId, prompt: 'a', stream: true });
const post = (body: string) =>
  `POST /v1/images/edits HTTP/1.1\r\nhost: test\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n` +
  `content-length: ${body.length}\r\n\r\n${body}`;

/** Tells when an edit has begun. */
class WatchedEditing extends FakeEditing {
  readonly begun = Promise.withResolvers<CallFacts>();

  override async check(order: EditOrder, call: CallFacts) {
    const facts = await super.check(order, call);
    this.begun.resolve(call);
    return facts;
  }
}

function gated() {
  const editing = new WatchedEditing();
  const { promise, resolve } = Promise.withResolvers<void>();
  editing.gate = promise;
  return { editing, open: resolve };
}

test('a server that closes lets requests end, and takes nobody new', async () => {
  const { editing, open } = gated();
  const { limits } = testParts();
  const server = await startHttp(testParts({ editing, limits: { ...limits, drainMs: 60_000 } }));
  using connection = await RawConnection.open(server.port);
  using idle = await RawConnection.open(server.port);
  idle.send('GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n');
  await idle.receive(/alive/);
  connection.send(post(edit));
  await editing.begun.promise;
  server.stop.abort();
  await idle.closed;
  await assert.rejects(RawConnection.open(server.port));
  open();
  await server[Symbol.asyncDispose]();
  assert.match(await connection.receive(/"data":\[\{"b64_json"/), /^HTTP\/1.1 200 OK/);
  await connection.closed;
});

test('who asks on an old connection of a server that closes is sent elsewhere', async () => {
  const { limits } = testParts();
  await using server = await startHttp(testParts({ limits: { ...limits, drainMs: 60_000 } }));
  using connection = await RawConnection.open(server.port);
  // The second request has begun when the first one is answered.
  connection.send('GET /healthz HTTP/1.1\r\nhost: test\r\n\r\nGET /v1/models HTTP/1.1\r\n');
  await connection.receive(/alive/);
  server.stop.abort();
  connection.send('host: test\r\n\r\n');
  const text = await connection.receive(/HTTP\/1.1 503[^]*"code":"unavailable"/);
  assert.match(text, /retry-after-ms: 1000/);
  await connection.closed;
});

test('what does not end in time is cut off when the server closes', async () => {
  const { editing } = gated();
  const server = await startHttp(testParts({ editing }));
  using connection = await RawConnection.open(server.port);
  connection.send(post(edit));
  const call = await editing.begun.promise;
  await server[Symbol.asyncDispose]();
  await connection.closed;
  assert.ok(call.signal.aborted);
});

for (const body of [edit, stream]) {
  test(`a caller who goes away is noticed (${body.includes('stream') ? 'stream' : 'answer'})`, async () => {
    const { editing, open } = gated();
    await using server = await startHttp(testParts({ editing }));
    using connection = await RawConnection.open(server.port);
    connection.send(post(body));
    const { signal } = await editing.begun.promise;
    connection.socket.destroy();
    if (!signal.aborted) {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    open();
  });
}

test('a stream that has nothing to say says so again and again', async () => {
  const { editing, open } = gated();
  const { limits } = testParts();
  await using server = await startHttp(testParts({ editing, limits: { ...limits, heartbeatMs: 5 } }));
  using connection = await RawConnection.open(server.port);
  connection.send(post(stream));
  await connection.receive(/\r\n\r\n[^]*:\n\n[^]*:\n\n[^]*:\n\n/);
  open();
  await connection.receive(/event: image_edit.completed/);
});

test('who does not read a stream is cut off', async () => {
  const { limits } = testParts();
  const editing = new FakeEditing();
  const large = Buffer.alloc(16_000_000);
  const watch = editing.watch.bind(editing);
  editing.watch = async function* (order, call) {
    for await (const news of watch(order, call)) {
      yield news.kind === 'preview' ? { ...news, image: large } : news;
    }
  };
  await using server = await startHttp(testParts({ editing, limits: { ...limits, stallMs: 20 } }));
  using connection = await RawConnection.open(server.port);
  connection.socket.pause();
  connection.send(post(stream.replace('}', ',"partial_images":3}')));
  const ended = new Promise<void>((resolve) => {
    connection.socket.once('close', () => resolve());
  });
  // Reads again, to notice the end, only once it has been cut off.
  while (!editing.calls[0]?.signal.aborted) await new Promise((resolve) => setImmediate(resolve));
  connection.socket.resume();
  await ended;
  assert.doesNotMatch(connection.text, /image_edit.completed/);
});

async function tlsKeys(...names: readonly string[]): Promise<Buffer[]> {
  const folder = join(import.meta.dirname, '../../../../libs/rpc/fixtures/tls');
  return await Promise.all(names.map((name) => readFile(join(folder, name))));
}

test('with TLS it answers over TLS, and says so to browsers', async () => {
  const [cert, tlsKey, ca] = await tlsKeys('worker.crt', 'worker.key', 'ca.crt');
  assert.ok(cert !== undefined && tlsKey !== undefined && ca !== undefined);
  const parts = { ...testParts(), tls: { cert, key: tlsKey, ca: undefined } };
  await using server = await serveHttp('127.0.0.1:0', parts, new AbortController().signal);
  const sent = request({
    host: '127.0.0.1',
    servername: 'localhost',
    port: server.port,
    path: '/v1/models',
    ca,
    headers: asAll,
  });
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined;
    hsts: unknown;
    body: string;
  }>();
  sent.on('error', reject);
  sent.on('response', (answer) => {
    const hsts = answer.headers['strict-transport-security'];
    text(answer).then((body) => resolve({ status: answer.statusCode, hsts, body }), reject);
  });
  sent.end();
  const { status, hsts, body } = await promise;
  assert.equal(status, 200);
  assert.match(String(hsts), /max-age/);
  assert.match(body, /toy/);
  using plain = await RawConnection.open(server.port);
  plain.send('GET /v1/models HTTP/1.1\r\nhost: test\r\n\r\n');
  await plain.closed;
});

test('an address that is taken or makes no sense is refused', async () => {
  await using server = await startHttp();
  for (const address of [`127.0.0.1:${server.port}`, '127.0.0.1', 'a b:1']) {
    await assert.rejects(serveHttp(address, testParts(), new AbortController().signal), { code: 'invalid' });
  }
});

test('with an authority of clients it answers only those that it knows', async () => {
  const [cert, key, ca] = await tlsKeys('worker.crt', 'worker.key', 'ca.crt');
  const [strangeCert, strangeKey] = await tlsKeys('stranger.crt', 'stranger.key');
  assert.ok(cert !== undefined && key !== undefined && ca !== undefined);
  const parts = { ...testParts(), tls: { cert, key, ca } };
  await using server = await serveHttp('127.0.0.1:0', parts, new AbortController().signal);
  const get = async (shown: object) => {
    const target = { host: '127.0.0.1', servername: 'localhost', port: server.port, path: '/v1/models' };
    const sent = request({ ...target, ca, headers: asAll, agent: false, ...shown });
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    sent.on('error', reject).on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.end();
    return await promise;
  };
  assert.equal(await get({ cert, key }), 200);
  await assert.rejects(get({}));
  await assert.rejects(get({ cert: strangeCert, key: strangeKey }));
});
