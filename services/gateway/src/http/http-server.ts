import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { serverTls, type TlsKeys } from '@instgenie/rpc';
import type { HttpLimits } from './http-limits.ts';

export interface HttpServerOptions {
  readonly limits: HttpLimits;
  /** Plain text without it. */
  readonly tls: TlsKeys | undefined;
}

/** Silence on a connection, longer than any edit may take. */
const idleExtraMs = 60_000;

/** A server that waits for nobody for long. */
export function createHttpServer(listener: RequestListener, { limits, tls }: HttpServerOptions): Server {
  const options = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    keepAliveTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.headerBytesMax,
    noDelay: true,
  };
  const server =
    tls === undefined
      ? createServer(options, listener)
      : createTlsServer({ ...options, ...serverTls(tls), handshakeTimeout: limits.headersMs }, listener);
  server.maxConnections = limits.connectionsMax;
  server.setTimeout(limits.deadlineMs + idleExtraMs, (socket) => socket.destroy());
  server.on('tlsClientError', (_: Error, socket: Socket) => socket.destroy());
  return server;
}
