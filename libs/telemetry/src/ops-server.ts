import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { ServiceError, splitAddress } from '@instgenie/domain';
import type { Registry } from './metrics.ts';

/** What operators ask a process: whether it lives, whether it is ready, and its figures. */
export interface OpsServer extends AsyncDisposable {
  readonly port: number;
}

/** Serves `/healthz`, `/readyz` and `/metrics` over HTTP at `host:port`. Throws `invalid` where it cannot listen. */
export async function serveOps(
  address: string,
  { registry, isReady }: { readonly registry: Registry; readonly isReady: () => boolean },
): Promise<OpsServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    const answer = (status: number, type: string, text: string) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'text/plain', 'GET only\n');
    if (request.url === '/healthz') return answer(200, 'text/plain', 'alive\n');
    if (request.url === '/readyz') {
      return isReady() ? answer(200, 'text/plain', 'ready\n') : answer(503, 'text/plain', 'not ready\n');
    }
    if (request.url !== '/metrics') return answer(404, 'text/plain', 'there are /healthz, /readyz and /metrics\n');
    return registry.metrics().then(
      (text) => answer(200, registry.contentType, text),
      () => answer(500, 'text/plain', 'no metrics\n'),
    );
  });
  server.maxConnections = 64;
  return { port: await listen(server, address), [Symbol.asyncDispose]: () => close(server) };
}

async function listen(server: Server, address: string): Promise<number> {
  const { host, port } = splitAddress(address);
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ServiceError('invalid', `cannot listen at ${address}: it is taken, or not of this machine`, { cause });
  }
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, 'close');
}
