import { ServiceError, splitAddress } from '@instgenie/domain';
import type { TlsKeys } from '@instgenie/rpc';
import type { FastifyInstance } from 'fastify';
import { openHttpApp } from './http-app.ts';
import { HttpCalls } from './http-call.ts';
import type { HttpParts } from './http-parts.ts';
import { createHttpServer } from './http-server.ts';

/** A server that listens. */
export interface HttpServer extends AsyncDisposable {
  readonly port: number;
}

const sweepMs = 600_000;

/**
 * Serves HTTP at `host:port` (port 0: any free one) until the signal aborts or the server is disposed of: then it takes
 * nobody new, lets running requests end for `drainMs`, and cuts off what is left. Rejects with `invalid` for an address
 * that cannot be served at.
 */
export async function serveHttp(
  address: string,
  parts: HttpParts & { readonly tls?: TlsKeys | undefined },
  signal: AbortSignal,
): Promise<HttpServer> {
  const { limits, tls } = parts;
  const calls = new HttpCalls();
  let isDraining = false;
  const app = await openHttpApp(parts, {
    serverFactory: (handler) => createHttpServer(handler, { limits, tls }),
    calls,
    isDraining: () => isDraining,
    isTls: tls !== undefined,
  });
  const port = await listen(app, address);
  const sweep = setInterval(() => {
    parts.links.sweep().catch((thrown: unknown) => parts.log.warn({ err: thrown }, 'links were not swept'));
  }, sweepMs).unref();
  const close = async () => {
    isDraining = true;
    clearInterval(sweep);
    const cut = setTimeout(() => {
      calls.abort();
      app.server.closeAllConnections();
    }, limits.drainMs);
    // Closing looks once for connections without a request; those whose requests end now are kept alive.
    const idle = setInterval(() => app.server.closeIdleConnections(), limits.checkMs);
    await app.close();
    clearInterval(idle);
    clearTimeout(cut);
  };
  let ended: Promise<void> | undefined;
  const closeOnce = () => (ended ??= close());
  if (signal.aborted) void closeOnce();
  else signal.addEventListener('abort', () => void closeOnce(), { once: true });
  return { port, [Symbol.asyncDispose]: closeOnce };
}

async function listen(app: FastifyInstance, address: string): Promise<number> {
  const { host, port } = splitAddress(address);
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw new ServiceError('invalid', `cannot listen at ${address}: it is taken, or not of this machine`, { cause });
  }
  const bound = app.server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}
