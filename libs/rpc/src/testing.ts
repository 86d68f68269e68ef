import { connect as connectSocket, type Socket } from 'node:net';
import { type CallOptions, type ConnectOptions, connect, type RpcClient } from './connect.ts';
import type { ChunkServiceDefinition } from './generated/instgenie/worker/v1/ChunkService.ts';
import { type RpcServer, type ServeOptions, serve } from './serve.ts';
import { implement, type ServiceHandlers, serverStreaming, unary } from './service.ts';
import { chunkServiceDefinition } from './services.ts';

/** For tests: what is not said of a service that answers every call at once, with nothing. */
export type TestHandlers = Partial<ServiceHandlers<ChunkServiceDefinition>>;

/** For tests: a real server on loopback and a client of it. */
export async function startPair(
  handlers: TestHandlers,
  options: Omit<ServeOptions, 'services'> & { readonly client?: ConnectOptions } = {},
): Promise<AsyncDisposable & { readonly server: RpcServer; readonly client: RpcClient<ChunkServiceDefinition> }> {
  const { client: connectOptions, ...serveOptions } = options;
  const stop = new AbortController();
  const definition = chunkServiceDefinition();
  const service = implement(definition, {
    GetVariant: unary(async () => ({})),
    ReadChunks: serverStreaming(async function* () {}),
    ...handlers,
  });
  const limits = { drainMs: 0, ...serveOptions.limits };
  const server = await serve('127.0.0.1:0', { ...serveOptions, services: [service], limits }, stop.signal);
  const client = connect(`localhost:${server.port}`, definition, connectOptions);
  return {
    server,
    client,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** For tests: options of a call that has time. */
export function patient(signal = new AbortController().signal): CallOptions {
  return { deadlineMs: 60_000, signal };
}

/** For tests: a connection that says nothing by itself, and when it was closed. */
export function openSocket(port: number): { readonly socket: Socket; readonly closed: Promise<void> } {
  const socket = connectSocket({ host: '127.0.0.1', port });
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('error', () => socket.destroy());
  socket.once('close', () => resolve());
  socket.resume();
  return { socket, closed: promise };
}
