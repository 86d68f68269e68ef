import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ServiceError } from '@instgenie/domain';
import { connect } from './connect.ts';
import { RetryError } from './retry-error.ts';
import { serve } from './serve.ts';
import { serverStreaming, unary } from './service.ts';
import { chunkServiceDefinition } from './services.ts';
import { openSocket, patient, startPair } from './testing.ts';
import { readTls } from './tls.ts';

const getVariant = '/instgenie.worker.v1.ChunkService/GetVariant';
const codeIs = (code: string) => (thrown: unknown) => thrown instanceof ServiceError && thrown.code === code;
const headers = (path = getVariant) => ({
  ':method': 'POST',
  ':path': path,
  'content-type': 'application/grpc',
  te: 'trailers',
});

test('a failure keeps its code, text, field and retry hint over the wire; other failures say nothing', async () => {
  const failures = [
    new ServiceError('invalid', 'key: not hexadecimal – übel', { field: 'key' }),
    new RetryError('overloaded', 'busy', { retryAfterMs: 1500 }),
    new RangeError('in /home/user/secret'),
  ];
  await using pair = await startPair({
    GetVariant: unary(() => Promise.reject(failures.shift())),
    ReadChunks: serverStreaming(async function* () {
      yield { offset: 7 };
      throw new ServiceError('not-found', 'it is gone');
    }),
  });
  const fails = (check: (error: ServiceError) => boolean) =>
    assert.rejects(
      pair.client.unary('GetVariant', {}, patient()),
      (thrown) => thrown instanceof ServiceError && check(thrown),
    );
  await fails(({ code, message, field }) => code === 'invalid' && message.endsWith('übel') && field === 'key');
  await fails((error) => error instanceof RetryError && error.retryAfterMs === 1500);
  await fails(({ code, message }) => code === 'internal' && message === 'internal error');
  const stream = pair.client.stream('ReadChunks', {}, patient());
  assert.equal((await stream.next()).value?.offset, 7);
  await assert.rejects(stream.next(), codeIs('not-found'));
});

test('an abort of the caller settles its call at once and aborts the handler', async () => {
  const seen = Promise.withResolvers<AbortSignal>();
  await using pair = await startPair({
    GetVariant: unary(async (_, { signal }) => {
      seen.resolve(signal);
      await once(signal, 'abort');
      return {};
    }),
  });
  const abort = new AbortController();
  const call = pair.client.unary('GetVariant', {}, patient(abort.signal));
  const signal = await seen.promise;
  abort.abort();
  await assert.rejects(call, codeIs('cancelled'));
  if (!signal.aborted) await once(signal, 'abort');
  await assert.rejects(pair.client.unary('GetVariant', {}, patient(abort.signal)), codeIs('cancelled'));
});

test('a deadline ends the call on both sides, also one that was passed on', async () => {
  const inner = Promise.withResolvers<unknown>();
  await using far = await startPair({
    GetVariant: unary(async (_, { signal }) => {
      await once(signal, 'abort');
      inner.resolve(signal.aborted);
      return {};
    }),
  });
  await using near = await startPair({
    GetVariant: unary((_, { parent, signal }) =>
      far.client.unary('GetVariant', {}, { deadlineMs: 60_000, parent, signal }),
    ),
  });
  const options = { deadlineMs: 50, signal: new AbortController().signal };
  await assert.rejects(near.client.unary('GetVariant', {}, options), codeIs('deadline'));
  assert.equal(await inner.promise, true);
});

test('a stream is made only as fast as it is taken, and stops when the caller does', async () => {
  let made = 0;
  const stopped = Promise.withResolvers<void>();
  await using pair = await startPair({
    ReadChunks: serverStreaming(async function* () {
      try {
        for (;;) {
          made++;
          yield { data: Buffer.alloc(256 * 1024) };
        }
      } finally {
        stopped.resolve();
      }
    }),
  });
  const stream = pair.client.stream('ReadChunks', {}, patient());
  await stream.next();
  let before = -1;
  while (made !== before) {
    before = made;
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
  }
  assert.ok(made < 80, `${made} messages of 256 KiB were made for one that was taken`);
  await stream.return();
  await stopped.promise;
});

test('a message above the limit is refused on both sides', async () => {
  await using pair = await startPair(
    { GetVariant: unary(async () => ({ variant: { key: 'x'.repeat(5000) } })) },
    { limits: { receiveBytesMax: 1000 }, client: { receiveBytesMax: 4000 } },
  );
  await assert.rejects(pair.client.unary('GetVariant', { key: 'x'.repeat(2000) }, patient()), codeIs('overloaded'));
  await assert.rejects(pair.client.unary('GetVariant', {}, patient()), codeIs('overloaded'));
});

test('too much metadata is refused', async () => {
  await using pair = await startPair({});
  const session = connectHttp2(`http://127.0.0.1:${pair.server.port}`);
  const stream = session.request({ ...headers(), 'x-long': 'y'.repeat(9000) });
  const [answer] = await once(stream, 'response');
  assert.equal(answer['grpc-status'], '8');
  session.destroy();
});

test('bytes that are no request are the caller’s fault', async () => {
  await using pair = await startPair({});
  const session = connectHttp2(`http://127.0.0.1:${pair.server.port}`);
  const noMessage = Buffer.from([0, 0, 0, 0, 3, 0xff, 0xff, 0xff]);
  const noGzip = Buffer.from([1, 0, 0, 0, 3, 1, 2, 3]);
  for (const [more, bytes] of [
    [{}, noMessage],
    [{ 'grpc-encoding': 'gzip' }, noGzip],
    [{ 'grpc-timeout': 'soon' }, Buffer.alloc(5)],
  ] as const) {
    const stream = session.request({ ...headers(), ...more });
    stream.end(bytes);
    const [answer] = await once(stream, 'response');
    assert.equal(answer['grpc-status'], '3');
    stream.resume();
  }
  session.destroy();
});

test('streams that send no request, or half of one, are closed, and the connection goes on', async () => {
  await using pair = await startPair({}, { limits: { bodyIdleMs: 50, halfOpenMs: 10 } });
  const session = connectHttp2(`http://127.0.0.1:${pair.server.port}`);
  const streams = Array.from({ length: 100 }, (_, at) => {
    const stream = session.request(headers(at % 3 === 0 ? '/no/Such' : getVariant));
    if (at % 2 === 0) stream.write(Buffer.from([0, 0, 0]));
    stream.resume();
    return stream;
  });
  await Promise.all(streams.map((stream) => once(stream, 'close')));
  assert.ok(!session.destroyed);
  session.destroy();
});

test('connections that say nothing, or not enough, are closed', async () => {
  await using pair = await startPair({}, { limits: { firstByteMs: 50, keepaliveMs: 100, keepaliveTimeoutMs: 50 } });
  const silent = openSocket(pair.server.port);
  const muttering = openSocket(pair.server.port);
  muttering.socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  await Promise.all([silent.closed, muttering.closed]);
  await pair.client.unary('GetVariant', {}, patient());
});

test('a peer has so many connections and no more', async () => {
  await using pair = await startPair({}, { limits: { connectionsPerPeerMax: 2 } });
  const held = [openSocket(pair.server.port), openSocket(pair.server.port)];
  await Promise.all(held.map(({ socket }) => once(socket, 'connect')));
  const one = openSocket(pair.server.port);
  await one.closed;
  held[0]?.socket.destroy();
  await held[0]?.closed;
  await pair.client.unary('GetVariant', {}, patient());
  held[1]?.socket.destroy();
});

test('a server that closes lets running calls end, takes no new ones, and is gone then', async () => {
  const running = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  await using pair = await startPair(
    {
      GetVariant: unary(async () => {
        running.resolve();
        await finish.promise;
        return { variant: { key: 'late' } };
      }),
    },
    { limits: { drainMs: 60_000 } },
  );
  const call = pair.client.unary('GetVariant', {}, patient());
  await running.promise;
  const closed = pair.server[Symbol.asyncDispose]();
  await using other = connect(`127.0.0.1:${pair.server.port}`, chunkServiceDefinition());
  await assert.rejects(other.unary('GetVariant', {}, patient()), codeIs('unavailable'));
  finish.resolve();
  assert.equal((await call).variant?.key, 'late');
  await closed;
});

test('calls that do not end are cut off when the grace is over, and their callers try elsewhere', async () => {
  const running = Promise.withResolvers<AbortSignal>();
  await using pair = await startPair(
    {
      GetVariant: unary((_, { signal }) => {
        running.resolve(signal);
        return new Promise(() => {});
      }),
    },
    { limits: { drainMs: 20 } },
  );
  const call = pair.client.unary('GetVariant', {}, patient());
  const signal = await running.promise;
  const aborted = once(signal, 'abort');
  await Promise.all([
    assert.rejects(call, { code: 'unavailable', message: /leaving/ }),
    pair.server[Symbol.asyncDispose](),
    aborted,
  ]);
});

test('an address that is taken or makes no sense is refused', async () => {
  await using pair = await startPair({});
  const never = new AbortController().signal;
  for (const address of [`127.0.0.1:${pair.server.port}`, '127.0.0.1', ':1', 'a b:1', 'x:99999']) {
    await assert.rejects(serve(address, { services: [] }, never), codeIs('invalid'));
  }
});

test('calls that are given up all at once do not end the connection of others', async () => {
  const held = Promise.withResolvers<object>();
  await using pair = await startPair(
    { GetVariant: unary(async ({ key }) => (key === '' ? await held.promise : {})) },
    { limits: { streamsPerConnectionMax: 10 } },
  );
  await using wire = await HeldWire.open(pair.server.port);
  const session = connectHttp2('http://localhost', { createConnection: () => wire });
  const open = () => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/instgenie.worker.v1.ChunkService/GetVariant',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('error', () => undefined).resume();
    stream.end(Buffer.alloc(5));
    return stream;
  };
  const other = open();
  const answer = once(other, 'trailers');
  await once(session, 'remoteSettings');
  wire.hold();
  for (let round = 0; round < 30; round++) {
    const given = Array.from({ length: 9 }, open);
    await turn();
    for (const stream of given) stream.close(constants.NGHTTP2_CANCEL);
    await turn();
  }
  wire.release();
  await new Promise<unknown>((resolve) => session.ping(resolve));
  held.resolve({});
  assert.equal((await answer)[0]['grpc-status'], '0');
  session.close();
});

const tlsFolder = join(import.meta.dirname, '../fixtures/tls');
const keysOf = (name: string, caFile = join(tlsFolder, 'ca.crt')) =>
  readTls({ certFile: join(tlsFolder, `${name}.crt`), keyFile: join(tlsFolder, `${name}.key`), caFile });

test('with mutual TLS, only who shows a certificate of the authority is served', async () => {
  const worker = await keysOf('worker');
  const stranger = await keysOf('stranger');
  await using pair = await startPair({}, { tls: worker, client: { tls: worker } });
  await pair.client.unary('GetVariant', {}, patient());
  const address = `localhost:${pair.server.port}`;
  for (const tls of [stranger, undefined, { ...worker, serverName: 'other.test' }]) {
    await using client = connect(address, chunkServiceDefinition(), tls === undefined ? {} : { tls });
    await assert.rejects(client.unary('GetVariant', {}, patient()), codeIs('unavailable'));
  }
  await using renamed = connect(address, chunkServiceDefinition(), { tls: { ...worker, serverName: 'worker.test' } });
  await renamed.unary('GetVariant', {}, patient());
});

test('a client goes away from a server that its authority did not sign', async () => {
  const stranger = await keysOf('stranger', join(tlsFolder, 'stranger.crt'));
  const worker = await keysOf('worker');
  await using pair = await startPair({}, { tls: stranger, client: { tls: worker } });
  await assert.rejects(pair.client.unary('GetVariant', {}, patient()), codeIs('unavailable'));
});

/** A connection that can keep what is sent over it, to send it all at once. */
class HeldWire extends Duplex {
  readonly #socket: Socket;
  readonly #kept: Buffer[] = [];
  #isHolding = false;

  private constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (data) => this.push(data)).once('close', () => this.push(null));
  }

  static async open(port: number): Promise<HeldWire> {
    const socket = connectSocket(port, '127.0.0.1');
    await once(socket, 'connect');
    return new HeldWire(socket);
  }

  hold(): void {
    this.#isHolding = true;
  }

  release(): void {
    this.#isHolding = false;
    this.#socket.write(Buffer.concat(this.#kept.splice(0)));
  }

  override _read(): void {}

  override _write(data: Buffer, _: string, done: () => void): void {
    if (this.#isHolding) this.#kept.push(data);
    else this.#socket.write(data);
    done();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    this.destroy();
  }
}
