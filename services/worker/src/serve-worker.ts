import { healthService, type RpcServer, readTls, reflectionServices, serve } from '@instgenie/rpc';
import { chunkService } from '@instgenie/store';
import { countSpans, type OpsServer, openLog, openMetrics, openTracing, serveOps } from '@instgenie/telemetry';
import { workerService } from './api/worker-service.ts';
import type { WorkerConfig } from './config.ts';
import { Worker } from './worker.ts';
import { WorkerMetrics } from './worker-metrics.ts';

const service = 'instgenie-worker';
const protos = ['instgenie/worker/v1/worker.proto', 'instgenie/worker/v1/chunks.proto'];
const served = ['instgenie.worker.v1.WorkerService', 'instgenie.worker.v1.ChunkService'];

/** A worker that is served. */
export interface ServedWorker extends AsyncDisposable {
  readonly worker: Worker;
  readonly rpc: RpcServer;
  readonly ops: OpsServer;
  /** Takes nobody any more and lets edits end for the time that is configured; then they leave with a checkpoint. */
  stop(): Promise<void>;
}

/** Opens a worker and serves it; ready only once its models are loaded. Throws where a setting cannot be met. */
export async function serveWorker(config: WorkerConfig): Promise<ServedWorker> {
  const registry = openMetrics();
  const { endpoint, editShare, stepShare } = config.traces;
  const named = { service, instance: config.id };
  const log = openLog({ ...named, level: config.log });
  await using cleanup = new AsyncDisposableStack();
  const shares = { sampleShare: editShare, stepShare };
  const tracing = cleanup.use(openTracing({ ...named, ...shares, ...(endpoint === undefined ? {} : { endpoint }) }));
  countSpans(registry, tracing);
  const health = healthService(served);
  let isReady = false;
  const ops = cleanup.use(await serveOps(config.ops, { registry, isReady: () => isReady }));
  const worker = cleanup.use(await Worker.open(config, { tracing, log, metrics: new WorkerMetrics(registry) }));
  const tls = config.tls === undefined ? undefined : await readTls(config.tls);
  const rpc = cleanup.use(
    await serve(
      config.listen,
      {
        services: [
          workerService(worker),
          chunkService(worker.store.source),
          health.service,
          ...(config.reflection ? reflectionServices(protos) : []),
        ],
        ...(tls === undefined ? {} : { tls }),
      },
      new AbortController().signal,
    ),
  );
  worker.announce(config.advertise ?? `${config.listen.slice(0, config.listen.lastIndexOf(':'))}:${rpc.port}`);
  await worker.warm();
  const setReady = (ready: boolean) => {
    isReady = ready;
    health.set(ready);
  };
  setReady(true);
  log.info({ port: rpc.port, ops: ops.port, models: config.models.map(({ name }) => name) }, 'serving');
  const rest = cleanup.move();
  return {
    worker,
    rpc,
    ops,
    stop: async () => {
      setReady(false);
      log.info({ edits: worker.desk.count }, 'leaving');
      worker.drain({ handOver: false });
      const cut = setTimeout(() => worker.drain({ handOver: true }), config.drainMs);
      await worker.desk.empty();
      clearTimeout(cut);
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
