import { type IncomingMessage, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import type { ApiAccess } from './api-access.ts';
import { ApiError } from './api-error.ts';
import { readLines } from './read-lines.ts';

interface Call {
  readonly method: 'GET' | 'PATCH';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Nothing came for so long: there is no answer. */
  readonly silentMs: number;
}

export interface WatchCall {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly silentMs: number;
}

const bytesMax = 32 * 1024 ** 2;
const answerMs = 10_000;

/**
 * The few calls of the Kubernetes API that are made here. Each has a connection of its own, so that one that is broken
 * costs one call. What the API refuses is an `ApiError`; all other errors are of the connection.
 */
export class KubeApi {
  readonly #access: ApiAccess;

  constructor(access: ApiAccess) {
    this.#access = access;
  }

  get namespace(): string {
    return this.#access.namespace;
  }

  async get(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown> {
    return await readJson(await this.#open({ method: 'GET', path, query, silentMs: answerMs }, signal));
  }

  /** Changes the fields that `body` names (a JSON merge patch). */
  async patch(path: string, body: unknown, signal: AbortSignal): Promise<void> {
    await readJson(await this.#open({ method: 'PATCH', path, body, silentMs: answerMs }, signal));
  }

  /** What the API says line by line, until it ends the call. Throws where the connection breaks or is silent for long. */
  async *watch(call: WatchCall, signal: AbortSignal): AsyncGenerator<unknown, void, undefined> {
    const query = { ...call.query, watch: 'true' };
    const response = await this.#open({ ...call, method: 'GET', query }, signal);
    try {
      for await (const line of readLines(response, bytesMax)) yield JSON.parse(line) as unknown;
    } finally {
      response.destroy();
    }
  }

  async #open({ method, path, query = {}, body, silentMs }: Call, signal: AbortSignal): Promise<IncomingMessage> {
    const { url, token: readToken, namespace: _, ...tls } = this.#access;
    const token = await readToken();
    const text = body === undefined ? '' : JSON.stringify(body);
    const options: RequestOptions = {
      ...pems(tls),
      method,
      agent: false,
      timeout: silentMs,
      signal,
      headers: {
        accept: 'application/json',
        'user-agent': 'instgenie-balancer',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/merge-patch+json', 'content-length': Buffer.byteLength(text) }),
      },
    };
    const address = new URL(`${url}${path}?${new URLSearchParams(query).toString()}`);
    const answer = Promise.withResolvers<IncomingMessage>();
    const request = (address.protocol === 'http:' ? requestHttp : requestHttps)(address, options, answer.resolve);
    request.on('error', answer.reject);
    request.on('timeout', () => request.destroy(new Error(`no word from the API for ${silentMs} ms`)));
    request.end(text);
    const response = await answer.promise;
    const { statusCode: status = 0 } = response;
    if (status >= 200 && status < 300) return response;
    const said = await readText(response).catch(() => '');
    throw new ApiError(status, said);
  }
}

/** As Node takes them. */
function pems(files: Pick<ApiAccess, 'ca' | 'cert' | 'key'>): RequestOptions {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)]));
}

async function readJson(response: IncomingMessage): Promise<unknown> {
  return JSON.parse(await readText(response)) as unknown;
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new RangeError(`an answer of more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
