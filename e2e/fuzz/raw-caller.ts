import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';

/** A call as bytes: nothing in it has to be right. */
export interface RawCall {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Written one after the other. */
  readonly body: readonly Buffer[];
  /** What follows the body: its end, or the caller goes away. */
  readonly ending: 'end' | 'cancel';
}

/** How a call ended: a gRPC status, or the stream or connection was closed without one. */
export type Outcome =
  | { readonly kind: 'status'; readonly code: number; readonly message: string }
  | { readonly kind: 'closed'; readonly code: number };

const { HTTP2_HEADER_PATH, HTTP2_HEADER_METHOD, NGHTTP2_CANCEL } = constants;
const callMs = 30_000;

/** Makes raw calls over one connection, and over a new one after the server has closed that. */
export class RawCaller implements AsyncDisposable {
  readonly #address: string;
  #session: ClientHttp2Session | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  /** Never rejects for what a server answers; rejects where it answers nothing for half a minute, or is gone. */
  async call({ path, headers, body, ending }: RawCall): Promise<Outcome> {
    const session = await this.#open();
    let stream: ClientHttp2Stream;
    try {
      stream = session.request({
        [HTTP2_HEADER_METHOD]: 'POST',
        [HTTP2_HEADER_PATH]: path,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      });
    } catch {
      // The connection is closing, or the headers are none that HTTP/2 can carry.
      return { kind: 'closed', code: 0 };
    }
    return await outcomeOf(stream, { body, ending });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session?.destroy();
  }

  async #open(): Promise<ClientHttp2Session> {
    const held = this.#session;
    if (held !== undefined && !held.closed && !held.destroyed) return held;
    const session = connect(`http://${this.#address}`);
    this.#session = session;
    session.on('error', () => session.destroy());
    session.on('goaway', () => session.close());
    await once(session, 'connect');
    return session;
  }
}

/** Node sometimes forgets to say that a stream is closed that the other side closes at the same time. */
function leave(stream: ClientHttp2Stream): void {
  stream.close(NGHTTP2_CANCEL);
  setImmediate(() => stream.destroy());
}

async function outcomeOf(
  stream: ClientHttp2Stream,
  { body, ending }: Pick<RawCall, 'body' | 'ending'>,
): Promise<Outcome> {
  let status: { readonly code: number; readonly message: string } | undefined;
  const note = (headers: IncomingHttpHeaders) => {
    const code = headers['grpc-status'];
    if (code !== undefined) status = { code: Number(code), message: [headers['grpc-message'] ?? ''].flat().join() };
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = setTimeout(() => {
    stream.close(NGHTTP2_CANCEL);
    reject(new Error('the server has answered nothing for half a minute'));
  }, callMs);
  stream.on('response', note);
  stream.on('trailers', note);
  stream.on('error', () => {});
  stream.once('close', () => resolve());
  stream.resume();
  for (const chunk of body) stream.write(chunk);
  if (ending === 'end') stream.end();
  else setImmediate(() => leave(stream));
  try {
    await promise;
  } finally {
    clearTimeout(late);
  }
  return status === undefined ? { kind: 'closed', code: stream.rstCode } : { kind: 'status', ...status };
}
