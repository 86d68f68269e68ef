import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What goes wrong with a request: answered with 500; connection reset before it is done, or after; never answered;
 * half of the body sent.
 */
export type S3Fault = 'error' | 'reset' | 'reset-after' | 'silence' | 'truncate' | 'denied';

interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly putId: string;
}

/** The part of S3 that blobs need, over HTTP: one bucket `bucket`, conditional writes, faults on request. */
export class TestS3 implements AsyncDisposable {
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #objects = new Map<string, StoredObject>();
  readonly #faults: { readonly method: string; readonly fault: S3Fault }[] = [];
  #requests = 0;

  static async start(): Promise<TestS3> {
    const server = new TestS3();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get requests(): number {
    return this.#requests;
  }

  /** The next request of the method meets the fault; several calls make a queue. */
  fail(method: 'GET' | 'PUT' | 'HEAD' | 'DELETE', fault: S3Fault): void {
    this.#faults.push({ method, fault });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests++;
    const body = Buffer.concat(await Array.fromAsync<Buffer>(request).catch(() => []));
    const at = this.#faults.findIndex(({ method }) => method === request.method);
    const fault = at < 0 ? undefined : this.#faults.splice(at, 1)[0]?.fault;
    switch (fault) {
      case 'silence':
        return;
      case 'reset':
        request.socket.resetAndDestroy();
        return;
      case 'error':
        return refuse(response, { status: 500, code: 'InternalError' });
      case 'denied':
        return refuse(response, { status: 403, code: 'InvalidAccessKeyId' });
      case 'reset-after':
      case 'truncate':
      case undefined:
        break;
    }
    const url = new URL(request.url ?? '/', this.endpoint);
    const [, bucket, ...parts] = url.pathname.split('/').map(decodeURIComponent);
    if (bucket !== 'bucket') return refuse(response, { status: 404, code: 'NoSuchBucket' });
    const key = parts.join('/');
    if (request.method === 'PUT') {
      const refused = this.#conditionOf(request, key);
      if (refused !== undefined) return refuse(response, refused);
      const etag = `"${createHash('md5').update(body).digest('hex')}"`;
      this.#objects.set(key, { bytes: body, etag, putId: String(request.headers['x-amz-meta-put-id'] ?? '') });
      if (fault === 'reset-after') request.socket.resetAndDestroy();
      else response.setHeader('etag', etag).end();
    } else if (request.method === 'DELETE') {
      this.#objects.delete(key);
      response.writeHead(204).end();
    } else if (key === '') response.end(this.#listing(url.searchParams));
    else this.#send(response, { key, withBody: request.method === 'GET', isCut: fault === 'truncate' });
  }

  #conditionOf({ headers }: IncomingMessage, key: string): Refusal | undefined {
    const found = this.#objects.get(key);
    const wanted = headers['if-match'];
    if (wanted !== undefined && found === undefined) return { status: 404, code: 'NoSuchKey' };
    const isRefused = wanted === undefined ? headers['if-none-match'] === '*' && found : found?.etag !== wanted;
    return isRefused ? { status: 412, code: 'PreconditionFailed' } : undefined;
  }

  #send(
    response: ServerResponse,
    { key, withBody, isCut }: { readonly key: string; readonly withBody: boolean; readonly isCut: boolean },
  ): void {
    const found = this.#objects.get(key);
    if (found === undefined) return refuse(response, { status: 404, code: 'NoSuchKey' });
    const { bytes, etag, putId } = found;
    response.writeHead(200, { etag, 'content-length': bytes.length, 'x-amz-meta-put-id': putId });
    if (!withBody) response.end();
    else if (isCut) response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
    else response.end(bytes);
  }

  #listing(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('start-after') ?? '';
    const names = [...this.#objects.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted();
    // Small pages, so that a few names need several.
    const page = names.slice(0, Math.min(3, Number(query.get('max-keys'))));
    const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    return `<ListBucketResult><IsTruncated>${page.length < names.length}</IsTruncated>${contents}</ListBucketResult>`;
  }
}

interface Refusal {
  readonly status: number;
  readonly code: string;
}

function refuse(response: ServerResponse, { status, code }: Refusal): void {
  const key = '<AWSAccessKeyId>canary-key</AWSAccessKeyId>';
  response.writeHead(status).end(`<Error><Code>${code}</Code><Message>canary-key</Message>${key}</Error>`);
}
