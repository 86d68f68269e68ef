import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { HttpRefusal } from './http-refusal.ts';
import { openAiError } from './openai-error.ts';

/** Answers what never became a request, in the shape of all errors, and closes the connection. */
export function answerRaw(error: Error & { readonly code?: string }, socket: Socket): void {
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
