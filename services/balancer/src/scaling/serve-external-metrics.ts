import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { ServiceError, splitAddress } from '@instgenie/domain';
import { answerMetrics } from './external-metrics.ts';
import type { PoolQueue } from './pool-queues.ts';

export interface ExternalMetricsSettings {
  readonly listen: string;
  readonly tls: { readonly certFile: string; readonly keyFile: string; readonly caFile?: string | undefined };
}

export interface ExternalMetricsServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Serves what waits for each model as Kubernetes' autoscaler asks for it. With a `caFile`, only who shows a certificate of
 * it is answered: the one that API servers show to what they hand requests on to. Throws `invalid` where it cannot listen.
 */
export async function serveExternalMetrics(
  { listen, tls }: ExternalMetricsSettings,
  { queues, nowMs }: { readonly queues: () => readonly PoolQueue[]; readonly nowMs: () => number },
): Promise<ExternalMetricsServer> {
  const server = createServer(
    {
      cert: await read(tls.certFile, 'certFile'),
      key: await read(tls.keyFile, 'keyFile'),
      ...(tls.caFile === undefined ? {} : { ca: await read(tls.caFile, 'caFile'), requestCert: true }),
      requestTimeout: 10_000,
      headersTimeout: 10_000,
    },
    (request, response) => {
      const isGet = request.method === 'GET' || request.method === 'HEAD';
      const url = URL.parse(request.url ?? '', 'https://localhost');
      const { status, body } =
        isGet && url !== null ? answerMetrics(url, { queues, atMs: nowMs() }) : { status: 405, body: {} };
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(body));
    },
  );
  server.maxConnections = 64;
  const { host, port } = splitAddress(listen);
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ServiceError('invalid', `externalMetrics: cannot listen at ${listen}`, { field: 'config', cause });
  }
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function read(file: string, field: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new ServiceError('not-found', `externalMetrics.tls.${field}: ${file} cannot be read`, {
      field: 'config',
      cause,
    });
  }
}
