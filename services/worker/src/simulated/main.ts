import { openBlobs } from '@instgenie/blobs';
import { parseConfig } from '@instgenie/config';
import { healthService, serve } from '@instgenie/rpc';
import { Counter, openLog, openMetrics, serveOps } from '@instgenie/telemetry';
import { Command } from 'commander';
import { EditDesk } from '../edits/edit-desk.ts';
import { type SimulatedConfig, simulatedConfig } from './config.ts';
import { MaskReader } from './masked-tokens.ts';
import { SimulatedHost } from './simulated-host.ts';
import { SimulatedRuns } from './simulated-runs.ts';
import { simulatedService } from './simulated-service.ts';

const service = 'instgenie.worker.v1.WorkerService';

async function run(config: SimulatedConfig): Promise<void> {
  const log = openLog({ service: 'instgenie-worker', instance: config.id, level: config.log });
  const registry = openMetrics();
  const ends = new Counter({
    name: 'instgenie_simulated_edits_total',
    help: 'Edits by how they ended.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  let done = 0;
  const onEnd = (outcome: 'done' | 'failed') => {
    ends.inc({ outcome });
    if (outcome === 'done' && ++done === config.failAfter) crash();
  };
  const desk = new EditDesk(config.edits.max);
  await using host = new SimulatedHost(config);
  const blobs = config.blobs === undefined ? undefined : openBlobs(config.blobs);
  const parts = { host, masks: new MaskReader(config.side, blobs), crash };
  const health = healthService([service]);
  let isReady = true;
  await using ops = await serveOps(config.ops, { registry, isReady: () => isReady });
  const stop = stopSignal();
  const services = [simulatedService(parts, { desk, runs: new SimulatedRuns(parts, { desk, onEnd }) }), health.service];
  await using rpc = await serve(config.listen, { services }, new AbortController().signal);
  health.set(true);
  log.info({ port: rpc.port, ops: ops.port, models: [config.model] }, 'serving');
  await stop;
  isReady = false;
  health.set(false);
  desk.close();
  host.batcher.drain({ handOver: false });
  const cut = setTimeout(() => host.batcher.drain({ handOver: true }), config.drainMs);
  await desk.empty();
  clearTimeout(cut);
}

/** Settles with the first signal; a second one ends the process. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0;
    const onSignal = () => {
      if (++signals > 1) process.exit(1);
      resolve();
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}

function crash(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable: the process has ended');
}

const { set } = new Command('simulated-worker')
  .option('--set <path=value>', 'a setting', (value: string, before: string[]) => [...before, value], [])
  .parse()
  .opts<{ readonly set: readonly string[] }>();
await run(parseConfig(simulatedConfig, { text: '', set }));
