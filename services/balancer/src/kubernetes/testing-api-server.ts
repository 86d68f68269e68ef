import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** An EndpointSlice as the API would list it. */
export interface ListedSlice {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly [field: string]: unknown;
}

/** What is wrong with the next answers. */
export type Fault = 'none' | 'refused' | 'broken' | 'reset' | 'no json' | 'silent';

/** A pod that serves at an address. */
export function podEndpoint(address: string, pod = `pod-${address}`, conditions: Record<string, boolean> = {}) {
  return {
    addresses: [address],
    conditions: { ready: true, serving: true, terminating: false, ...conditions },
    targetRef: { kind: 'Pod', name: pod, uid: `${pod}-${address}` },
  };
}

/** For tests: as much of the Kubernetes API as lists and watches need, with faults on demand. */
export class FakeApiServer implements AsyncDisposable {
  readonly #slices = new Map<string, ListedSlice>();
  readonly #watches = new Set<ServerResponse>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #version = 1;
  /** Of lists. */
  listFault: Fault = 'none';
  /** Of watches that begin from now on. */
  watchFault: Fault = 'none';
  /** Requests so far. */
  lists = 0;
  watchesBegun = 0;
  /** Merge patches so far, as path and body. */
  readonly patches: [path: string, body: unknown][] = [];

  static async start(): Promise<FakeApiServer> {
    const fake = new FakeApiServer();
    await fake.up();
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get watchCount(): number {
    return this.#watches.size;
  }

  /** Comes back at the port that it had. */
  async up(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Is gone, with all connections. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  /** Puts a slice, and tells of it unless `isQuiet`. */
  put(name: string, endpoints: readonly unknown[], { isQuiet = false } = {}): void {
    const isKnown = this.#slices.has(name);
    const metadata = { name, resourceVersion: `${++this.#version}` };
    const slice = { metadata, addressType: 'IPv4', ports: [{ name: 'grpc', port: 7070 }], endpoints };
    this.#slices.set(name, slice);
    if (!isQuiet) this.tell({ type: isKnown ? 'MODIFIED' : 'ADDED', object: slice });
  }

  remove(name: string): void {
    const slice = this.#slices.get(name);
    this.#slices.delete(name);
    if (slice === undefined) return;
    const metadata = { ...slice.metadata, resourceVersion: `${++this.#version}` };
    this.tell({ type: 'DELETED', object: { ...slice, metadata } });
  }

  /** To all who watch. */
  tell(line: unknown): void {
    this.write(`${JSON.stringify(line)}\n`);
  }

  write(text: string): void {
    for (const watch of this.#watches) watch.write(text);
  }

  /** Ends all watches: as the API does when their time is over, or as a broken network does. */
  endWatches(how: 'clean' | 'reset'): void {
    for (const watch of this.#watches) {
      if (how === 'clean') watch.end();
      else watch.socket?.resetAndDestroy();
    }
    this.#watches.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', this.url);
    if (request.method === 'PATCH') return this.#patch(pathname, request, response);
    const isWatch = searchParams.get('watch') === 'true';
    if (isWatch) this.watchesBegun++;
    else this.lists++;
    const fault = isWatch ? this.watchFault : this.listFault;
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    if (fault === 'silent') return;
    if (fault === 'refused') return void response.writeHead(403).end('{"kind":"Status","code":403}');
    if (fault === 'broken') return void response.writeHead(500).end('it broke');
    response.writeHead(200, { 'content-type': 'application/json' });
    if (fault === 'no json') return void response.end('{"kind": "EndpointSli');
    if (isWatch) this.#watch(searchParams, response);
    else this.#list(searchParams, response);
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const all = [...this.#slices.values()];
    const from = Number(query.get('continue') ?? 0);
    const limit = Number(query.get('limit') ?? all.length);
    const isLast = from + limit >= all.length;
    const metadata = { resourceVersion: `${this.#version}`, ...(isLast ? {} : { continue: `${from + limit}` }) };
    response.end(JSON.stringify({ metadata, items: all.slice(from, from + limit) }));
  }

  #watch(query: URLSearchParams, response: ServerResponse): void {
    response.flushHeaders();
    const since = Number(query.get('resourceVersion'));
    for (const slice of this.#slices.values()) {
      if (Number(slice.metadata.resourceVersion) > since) {
        response.write(`${JSON.stringify({ type: 'MODIFIED', object: slice })}\n`);
      }
    }
    this.#watches.add(response);
    response.on('close', () => this.#watches.delete(response));
  }

  #patch(path: string, request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.patches.push([path, JSON.parse(Buffer.concat(chunks).toString())]);
      response.writeHead(200).end('{}');
    });
  }
}
