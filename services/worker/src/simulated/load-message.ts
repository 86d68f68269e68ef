import { loadTiers } from '@instgenie/cost';
import type { WatchLoadResponse } from '@instgenie/rpc';
import type { Cordon } from '../edits/cordon.ts';
import type { EditDesk } from '../edits/edit-desk.ts';
import type { SimulatedHost } from './simulated-host.ts';

/** What a simulated worker has to do, holds and expects. */
export function simulatedLoad(
  { host, desk, cordon }: { readonly host: SimulatedHost; readonly desk: EditDesk; readonly cordon: Cordon },
  { sequence, withVariants }: { readonly sequence: number; readonly withVariants: boolean },
): WatchLoadResponse {
  const { config, batcher, latency } = host;
  const { held } = host.store;
  const { variantBytes, memoryMax, diskMax } = config.store;
  return {
    worker: config.id,
    isServing: desk.isOpen && !cordon.isCordoned,
    isCordoned: cordon.isCordoned,
    sequence,
    edits: desk.count,
    editsMax: desk.editsMax,
    editBytes: 0,
    editBytesMax: 0,
    models: [
      {
        name: config.model,
        isLoaded: true,
        fingerprint: host.fingerprint,
        identity: host.fingerprint,
        waiting: batcher.waitingCount,
        running: batcher.runningCount,
        maskedTokenSteps: batcher.maskedTokenSteps,
        compute: line((flops) => latency.computeMs(flops)),
        flopsOfRow: host.flopsOfRow,
        flopsOfPair: 0,
        batchMax: config.batchMax,
        side: config.side,
        defaultSteps: config.steps,
        defaultGuidance: 0,
        textRows: host.textRows,
        predictedMs: host.edits.safeMs(host.edits.forecast(config.steps)),
        aroundMs: host.aroundMs,
        bytesOfToken: host.stepBytes / host.windowTokens,
        stepsRun: host.stepsRun,
      },
    ],
    store: {
      memoryBytes: held.filter(({ isInMemory }) => isInMemory).length * variantBytes,
      memoryBytesMax: memoryMax * variantBytes,
      diskBytes: held.length * variantBytes,
      diskBytesMax: diskMax * variantBytes,
      load: loadTiers.map((tier) => line((bytes) => latency.loadMs(tier, bytes))),
    },
    hasVariants: withVariants,
    variants: withVariants
      ? held.map(({ key, isInMemory }) => ({ key, bytes: variantBytes, memoryBytes: isInMemory ? variantBytes : 0 }))
      : [],
  };
}

const far = 1e9;

/** A fitted line, from two of its points. */
function line(predictMs: (units: number) => number) {
  const startMs = predictMs(0);
  return { startMs, msPerUnit: (predictMs(far) - startMs) / far };
}
