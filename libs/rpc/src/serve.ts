import assert from 'node:assert/strict';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type ConnectionInjector, Server, ServerCredentials } from '@grpc/grpc-js';
import { ServiceError, splitAddress } from '@instgenie/domain';
import { guardCalls } from './call-guard.ts';
import { Connections } from './connections.ts';
import { resetHalfOpen } from './half-open.ts';
import { RunningCalls } from './running-calls.ts';
import { type ServerLimits, serverLimits } from './server-limits.ts';
import type { RpcService } from './service.ts';
import { serverTls, type TlsKeys } from './tls.ts';

export interface ServeOptions {
  readonly services: readonly RpcService[];
  /** Plain text without it. With a `ca`, clients must show a certificate that it signed. */
  readonly tls?: TlsKeys;
  readonly limits?: Partial<ServerLimits>;
}

/** Calls above the limit of a connection, one after the other, until it is closed. */
const rejectedStreamsMax = 10_000;
/** After the grace of a drain, calls are ended, and connections get this much longer to say so and goodbye. */
const farewellMs = 250;

/**
 * Serves at `host:port` (port 0: any free one) until the signal aborts or the server is disposed of: then it takes no new
 * calls, lets the running ones end for `drainMs`, and cuts off what is left. Rejects with `invalid` for an address that
 * cannot be served at.
 */
export async function serve(address: string, options: ServeOptions, signal: AbortSignal): Promise<RpcServer> {
  const limits = { ...serverLimits, ...options.limits };
  const connections = new Connections(limits);
  const running = new RunningCalls();
  const grpc = new Server({
    'grpc.max_receive_message_length': limits.receiveBytesMax,
    'grpc.max_concurrent_streams': limits.streamsPerConnectionMax,
    'grpc.keepalive_time_ms': limits.keepaliveMs,
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
    'grpc.max_connection_idle_ms': limits.connectionIdleMs,
    'grpc.max_connection_age_ms': limits.connectionAgeMs,
    'grpc.max_connection_age_grace_ms': limits.connectionAgeGraceMs,
    'grpc.enable_channelz': 0,
    interceptors: [guardCalls(limits, { connections, running })],
  });
  allowRejectedStreams(grpc);
  for (const { definition, implementation } of options.services) grpc.addService(definition, implementation);
  // TLS ends before the injector: its own servers wait two minutes for a handshake.
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createListener(injector, connections, { tls: options.tls, limits });
  const port = await listen(listener, address);
  return new RpcServer({ grpc, injector, listener, connections, running, limits }, { port, signal });
}

/**
 * Calls that are given up all at once are still counted when those after them come, which are then refused. Node ends the
 * whole connection, with everybody's calls, after a hundred of these in a row; the library has no option for that.
 */
function allowRejectedStreams(grpc: Server): void {
  const options: unknown = Reflect.get(grpc, 'commonServerOptions');
  assert(typeof options === 'object' && options !== null, 'a gRPC server has options of HTTP/2');
  Reflect.set(options, 'maxSessionRejectedStreams', rejectedStreamsMax);
}

interface Parts {
  readonly grpc: Server;
  readonly injector: ConnectionInjector;
  readonly listener: NetServer;
  readonly connections: Connections;
  readonly running: RunningCalls;
  readonly limits: ServerLimits;
}

/** A server that listens. */
export class RpcServer implements AsyncDisposable {
  readonly port: number;
  readonly #parts: Parts;
  readonly #unwatch: () => void;
  #closed: Promise<void> | undefined;

  constructor(parts: Parts, { port, signal }: { readonly port: number; readonly signal: AbortSignal }) {
    this.#parts = parts;
    this.port = port;
    this.#unwatch = resetHalfOpen(parts.connections, parts.limits.halfOpenMs);
    const close = () => void this[Symbol.asyncDispose]();
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
  }

  /** Resolves when no connection is left. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { grpc, injector, listener, connections, running, limits } = this.#parts;
    listener.close();
    const last = setTimeout(() => running.end(), limits.drainMs);
    injector.drain(limits.drainMs + farewellMs / 2);
    const cut = setTimeout(() => connections.destroy(), limits.drainMs + farewellMs);
    await connections.empty();
    clearTimeout(cut);
    clearTimeout(last);
    this.#unwatch();
    grpc.forceShutdown();
  }
}

function createListener(
  injector: ConnectionInjector,
  connections: Connections,
  { tls, limits }: { readonly tls: TlsKeys | undefined; readonly limits: ServerLimits },
): NetServer {
  if (tls === undefined) {
    return createServer({ noDelay: true }, (socket) => {
      if (connections.admit(socket)) injector.injectConnection(socket);
    });
  }
  const server = createTlsServer(
    { ...serverTls(tls), ALPNProtocols: ['h2'], handshakeTimeout: limits.firstByteMs },
    (socket) => {
      socket.on('error', () => socket.destroy());
      injector.injectConnection(socket);
    },
  );
  server.on('connection', (socket: Socket) => connections.admit(socket));
  server.on('tlsClientError', (_, socket) => socket.destroy());
  return server;
}

async function listen(listener: NetServer, address: string): Promise<number> {
  const { host, port } = splitAddress(address);
  try {
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen({ host, port }, resolve);
    });
  } catch (cause) {
    throw new ServiceError('invalid', 'cannot listen at this address: it is taken, or not of this machine', { cause });
  }
  const bound = listener.address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}
