import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Connections } from './connections.ts';

/** Node tells of every HTTP/2 stream that a server of this process starts. grpc-js itself gives no hold of its streams. */
const started = 'http2.server.stream.start';

/**
 * Resets streams of these connections whose request has not ended `halfOpenMs` after their answer has: RFC 9113, section
 * 8.1, allows it, and grpc-js would keep them as long as the connection lives. Returns what ends this.
 */
export function resetHalfOpen(connections: Connections, halfOpenMs: number): () => void {
  const watch = (message: unknown) => {
    const { stream } = message as { readonly stream: ServerHttp2Stream };
    const socket = stream.session?.socket;
    if (socket === undefined || !connections.has(socket)) return;
    stream.once('finish', () => {
      const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), halfOpenMs);
      stream.once('close', () => clearTimeout(timer));
    });
  };
  subscribe(started, watch);
  return () => unsubscribe(started, watch);
}
