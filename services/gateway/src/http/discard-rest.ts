import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpLimits } from './http-limits.ts';

type Limits = Pick<HttpLimits, 'lingerBytesMax' | 'lingerMs'>;

/**
 * For a request that is answered before it was read. Some of the rest is thrown away, so that a caller that still sends
 * may end and read the answer; then nothing more is read, and after a while the connection is cut.
 */
export function discardRest(request: IncomingMessage, response: ServerResponse, limits: Limits): void {
  if (isRead(request) || request.destroyed) return;
  request.unpipe();
  let bytes = 0;
  request.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > limits.lingerBytesMax) request.pause();
  });
  request.resume();
  response.once('finish', () => {
    if (isRead(request)) return;
    const cut = setTimeout(() => request.destroy(), limits.lingerMs);
    request.once('end', () => clearTimeout(cut));
    request.once('close', () => clearTimeout(cut));
  });
}

function isRead({ complete, readableEnded }: IncomingMessage): boolean {
  return complete || readableEnded;
}
