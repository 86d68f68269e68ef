import { openBlobs } from '@instgenie/blobs';
import type { RunningService } from '@instgenie/config';
import { type EditResult, healthService, serve } from '@instgenie/rpc';
import { Counter, openLog, openMetrics, serveOps } from '@instgenie/telemetry';
import { EditDesk } from '../edits/edit-desk.ts';
import { EditRuns } from '../edits/edit-runs.ts';
import { MemoryBudget } from '../edits/memory-budget.ts';
import type { SimulatedConfig } from './config.ts';
import { MaskReader } from './masked-tokens.ts';
import { SimulatedHost } from './simulated-host.ts';
import { simulatedService } from './simulated-service.ts';

const served = 'instgenie.worker.v1.WorkerService';
/** Of results whose callers have gone. */
const keptBytesMax = 128 * 1024 ** 2;

/** Serves a simulated worker as a worker is served. Throws where a setting cannot be met. */
export async function serveSimulated(config: SimulatedConfig): Promise<RunningService> {
  const log = openLog({ service: 'instgenie-worker', instance: config.id, level: config.log });
  const registry = openMetrics();
  await using cleanup = new AsyncDisposableStack();
  const desk = new EditDesk(config.edits.max);
  const host = cleanup.use(new SimulatedHost(config));
  const runs = cleanup.use(
    new EditRuns<EditResult>({
      clock: host.clock,
      memory: new MemoryBudget(keptBytesMax),
      keptBytesMax,
      bytesOf: ({ picture }) => picture?.length ?? 0,
    }),
  );
  const blobs = config.blobs === undefined ? undefined : openBlobs(config.blobs);
  const masks = new MaskReader(config.side, blobs);
  const onEnd = endCounter(config, registry);
  const health = healthService([served]);
  let isReady = true;
  const ops = cleanup.use(await serveOps(config.ops, { registry, isReady: () => isReady }));
  const services = [simulatedService({ host, masks, crash, desk, runs, onEnd }), health.service];
  const rpc = cleanup.use(await serve(config.listen, { services }, new AbortController().signal));
  health.set(true);
  log.info({ port: rpc.port, ops: ops.port, models: [config.model] }, 'serving');
  const rest = cleanup.move();
  return {
    stop: async () => {
      isReady = false;
      health.set(false);
      desk.close();
      host.batcher.drain({ handOver: false });
      const cut = setTimeout(() => host.batcher.drain({ handOver: true }), config.drainMs);
      await desk.empty();
      clearTimeout(cut);
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** Counts how edits end, and ends the process where it is told to crash. */
function endCounter({ failAfter }: SimulatedConfig, registry: ReturnType<typeof openMetrics>) {
  const ends = new Counter({
    name: 'instgenie_simulated_edits_total',
    help: 'Edits by how they ended.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  let done = 0;
  return (outcome: 'done' | 'failed') => {
    ends.inc({ outcome });
    if (outcome === 'done' && ++done === failAfter) crash();
  };
}

function crash(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('the process has ended');
}
