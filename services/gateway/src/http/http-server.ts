import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TlsKeys } from '@instgenie/rpc';
import type { HttpLimits } from './http-limits.ts';
import { HttpRefusal } from './http-refusal.ts';
import { openAiError } from './openai-error.ts';

export interface HttpServerOptions {
  readonly limits: HttpLimits;
  /** Plain text without it. */
  readonly tls: TlsKeys | undefined;
}

/** Silence on a connection, longer than any edit may take. */
const idleExtraMs = 60_000;

/** A server that waits for nobody for long, and refuses what is no HTTP in the shape of all other errors. */
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
      : createTlsServer(
          { ...options, cert: tls.cert, key: tls.key, handshakeTimeout: limits.headersMs, minVersion: 'TLSv1.2' },
          listener,
        );
  server.maxConnections = limits.connectionsMax;
  server.setTimeout(limits.deadlineMs + idleExtraMs, (socket) => socket.destroy());
  server.on('clientError', answerRaw);
  server.on('tlsClientError', (_: Error, socket: Socket) => socket.destroy());
  return server;
}

function answerRaw(error: Error & { readonly code?: string }, socket: Socket): void {
  const { _httpMessage: begun } = socket as Socket & { readonly _httpMessage?: ServerResponse | null };
  if (!socket.writable || error.code === 'ECONNRESET' || begun?.headersSent === true) {
    socket.destroy();
    return;
  }
  const { status, body, headers } = openAiError(refusalOf(error.code));
  const text = JSON.stringify(body);
  const lines = {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    'x-request-id': randomUUID(),
    connection: 'close',
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} Refused\r\n${head.join('')}\r\n${text}`, () => socket.destroy());
}

function refusalOf(code: string | undefined): HttpRefusal {
  if (code === 'HPE_HEADER_OVERFLOW') return new HttpRefusal(431, 'the headers are too large');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new HttpRefusal(408, 'the request did not come in time');
  return new HttpRefusal(400, 'this is no HTTP/1.1');
}
