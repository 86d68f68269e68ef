import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { openHttpApp } from './http-app.ts';
import { HttpCalls } from './http-call.ts';
import { serveHttp } from './serve-http.ts';
import { key, testParts } from './testing-parts.ts';

/** For tests: a server on loopback. */
export async function startHttp(parts = testParts()) {
  const stop = new AbortController();
  const server = await serveHttp('127.0.0.1:0', parts, stop.signal);
  return { ...parts, stop, port: server.port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** For tests: all routes, without a server. */
export async function openTestApp(parts = testParts()) {
  const app = await openHttpApp(parts, { calls: new HttpCalls(), isDraining: () => false, isTls: false });
  return { ...parts, app, [Symbol.asyncDispose]: () => app.close() };
}

export const asAll = { authorization: `Bearer ${key}` };

/** For tests: a connection that sends what it is told, byte by byte. */
export class RawConnection implements Disposable {
  readonly socket: Socket;
  /** Resolves when the other side has closed it. */
  readonly closed: Promise<void>;
  #text = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      this.#text += bytes.toString('latin1');
      socket.emit('text');
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once('close', () => resolve());
    this.closed = promise;
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Everything that has come so far. */
  get text(): string {
    return this.#text;
  }

  /** Resolves when the text that has come matches. */
  async receive(wanted: RegExp): Promise<string> {
    while (!wanted.test(this.#text)) await once(this.socket, 'text');
    return this.#text;
  }

  /** The answer on a connection that the other side closes. */
  async answer(): Promise<{ readonly status: number; readonly head: string; readonly body: string }> {
    await this.closed;
    const [head = '', body = ''] = this.#text.split('\r\n\r\n', 2);
    return { status: Number(head.split(' ', 2)[1]), head: head.toLowerCase(), body };
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
