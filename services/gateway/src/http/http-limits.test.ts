import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RawConnection, startHttp } from './testing-http.ts';
import { key, png, testParts } from './testing-parts.ts';

const { limits } = testParts();
const quick = { ...limits, headersMs: 60, requestMs: 120 };
const post = (headers: string) =>
  `POST /v1/images/edits HTTP/1.1\r\nhost: test\r\nauthorization: Bearer ${key}\r\n${headers}\r\n\r\n`;
const multipart = 'content-type: multipart/form-data; boundary=x';
const imagePart = '--x\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n\r\n';

async function start(parts = testParts({ limits: quick })) {
  const server = await startHttp(parts);
  const connection = await RawConnection.open(server.port);
  return {
    ...server,
    connection,
    [Symbol.asyncDispose]: async () => {
      connection[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const slow: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'a connection that says nothing', text: '' },
  { name: 'headers that do not end', text: 'GET /v1/models HTTP/1.1\r\nhost: test\r\n' },
  { name: 'a multipart body that does not end', text: `${post(`${multipart}\r\ncontent-length: 1000`)}${imagePart}` },
  {
    name: 'a chunked body that does not end',
    text: `${post(`${multipart}\r\ntransfer-encoding: chunked`)}2\r\n--\r\n`,
  },
  {
    name: 'a JSON body that does not end',
    text: `${post('content-type: application/json\r\ncontent-length: 1000')}{`,
  },
];

for (const { name, text } of slow) {
  test(`${name} is answered with 408 and closed`, async () => {
    await using server = await start();
    server.connection.send(text);
    const { status, head, body } = await server.connection.answer();
    assert.equal(status, 408);
    assert.match(head, /x-request-id: [0-9a-f-]{36}/);
    assert.equal(JSON.parse(body).error.code, 'request_timeout');
  });
}

test('headers above 16 KiB are refused', async () => {
  await using server = await start();
  server.connection.send(`GET /v1/models HTTP/1.1\r\nhost: test\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`);
  const { status, body } = await server.connection.answer();
  assert.equal(status, 431);
  assert.equal(JSON.parse(body).error.code, 'headers_too_large');
});

test('what is no HTTP is refused', async () => {
  await using server = await start();
  server.connection.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  const { status, body } = await server.connection.answer();
  assert.equal(status, 400);
  assert.equal(JSON.parse(body).error.type, 'invalid_request_error');
});

/** Sends for as long as the other side takes it. */
async function pour({ socket }: RawConnection, chunk: Buffer): Promise<void> {
  const isOpen = () => !socket.destroyed && socket.writable;
  while (isOpen()) {
    if (!socket.write(chunk)) {
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve);
        socket.once('close', () => resolve());
      });
    }
  }
}

const endless: readonly { readonly name: string; readonly head: string; readonly status: number }[] = [
  {
    name: 'a picture without end',
    head: `${post(`${multipart}\r\ntransfer-encoding: chunked`)}${imagePart.length.toString(16)}\r\n${imagePart}\r\n`,
    status: 413,
  },
  {
    name: 'a body that says that it is too large',
    head: post(`${multipart}\r\ncontent-length: 900000000`),
    status: 413,
  },
  {
    name: 'a JSON body that says that it is too large',
    head: post('content-type: application/json\r\ncontent-length: 900000000'),
    status: 413,
  },
  {
    name: 'a body of an unknown type',
    head: post('content-type: text/plain\r\ncontent-length: 900000000'),
    status: 415,
  },
  {
    name: 'a body of who shows no key',
    head: `POST /v1/images/edits HTTP/1.1\r\nhost: test\r\n${multipart}\r\ncontent-length: 900000000\r\n\r\n`,
    status: 401,
  },
  {
    name: 'a body for nothing',
    head: 'POST /v1 HTTP/1.1\r\nhost: test\r\ncontent-length: 900000000\r\n\r\n',
    status: 404,
  },
];

for (const { name, head, status } of endless) {
  test(`${name} is answered with ${status}, and not read to the end`, async () => {
    const parts = testParts({ limits: { ...limits, pictureBytesMax: 100_000, maskBytesMax: 1000 } });
    await using server = await start(parts);
    const { connection } = server;
    connection.send(head);
    const data = Buffer.alloc(65_536, 'a');
    const chunk = head.includes('chunked')
      ? Buffer.concat([Buffer.from('10000\r\n'), data, Buffer.from('\r\n')])
      : data;
    await pour(connection, chunk);
    const answer = await connection.answer();
    assert.equal(answer.status, status);
    // What the kernel took for a server that has stopped reading counts too.
    assert.ok(connection.socket.bytesWritten < 40_000_000, `${connection.socket.bytesWritten} bytes`);
  });
}

test('junk around the parts of a form is not read for ever', async () => {
  const parts = testParts({ limits: { ...limits, pictureBytesMax: 100_000, maskBytesMax: 1000 } });
  await using server = await start(parts);
  server.connection.send(post(`${multipart}\r\ntransfer-encoding: chunked`));
  await pour(server.connection, Buffer.from(`10000\r\n${'a'.repeat(65_536)}\r\n`));
  assert.ok(server.connection.socket.bytesWritten < 40_000_000);
});

test('connections above the cap are closed', async () => {
  await using server = await start(testParts({ limits: { ...limits, connectionsMax: 1 } }));
  using second = await RawConnection.open(server.port);
  await second.closed;
  server.connection.send('GET /healthz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n');
  assert.equal((await server.connection.answer()).status, 200);
});

test('a refused body that ends soon leaves the connection as it was', async () => {
  await using server = await start(testParts());
  const { connection } = server;
  connection.send(`POST /v1 HTTP/1.1\r\nhost: test\r\ncontent-length: 1000\r\n\r\n${'a'.repeat(1000)}`);
  await connection.receive(/404 Not Found/);
  connection.send('GET /healthz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n');
  await connection.closed;
  assert.match(connection.text, /200 OK[^]*alive/);
});

test('a picture comes through byte by byte', async () => {
  await using server = await start(testParts());
  const { connection } = server;
  const form = `${imagePart}${png.toString('latin1')}\r\n--x\r\ncontent-disposition: form-data; name="prompt"\r\n\r\na\r\n--x--\r\n`;
  connection.send(post(`${multipart}\r\nconnection: close\r\ncontent-length: ${form.length}`));
  for (const letter of form) connection.send(letter);
  assert.equal((await connection.answer()).status, 200);
  const [order] = server.editing.orders;
  assert.deepEqual(order?.source, { kind: 'inline', bytes: png });
});

test('who goes in the middle of a body harms nobody', async () => {
  await using server = await start(testParts());
  const form = `${imagePart}${'a'.repeat(1000)}\r\n--x\r\ncontent-disposition: form-data; name="prompt"\r\n\r\na\r\n--x--\r\n`;
  const json = JSON.stringify({ image: `data:image/png;base64,${'A'.repeat(1000)}`, prompt: 'a' });
  for (let at = 0; at < form.length; at += 60) {
    using cut = await RawConnection.open(server.port);
    const [type, body] = at % 120 === 0 ? [multipart, form] : ['content-type: application/json', json];
    cut.send(`${post(`${type}\r\ncontent-length: ${body.length}`)}${body.slice(0, at)}`);
    // Once this is answered, what came before has been read.
    using next = await RawConnection.open(server.port);
    next.send('GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n');
    await next.receive(/alive/);
  }
  assert.deepEqual(server.editing.orders, []);
});
