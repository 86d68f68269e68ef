import { loadTiers } from '@instgenie/cost';
import type { WatchLoadResponse } from '@instgenie/rpc';
import type { ModelHost } from '../models/model-host.ts';
import type { Worker } from '../worker.ts';

/** What a worker has to do, holds and expects; without its variants, which are many and change seldom. */
export function loadMessage(worker: Worker, sequence: number): WatchLoadResponse {
  const { config, desk, memory, store, pool } = worker;
  const counts = store.counts();
  const [first] = pool.models.flatMap(({ host }) => host ?? []);
  return {
    worker: config.id,
    isServing: desk.isOpen,
    sequence,
    edits: desk.count,
    editsMax: desk.editsMax,
    editBytes: memory.usedBytes,
    editBytesMax: memory.bytesMax,
    models: pool.models.map(({ settings: { name, batchMax }, host }) => ({
      name,
      batchMax,
      isLoaded: host !== undefined,
      ...(host === undefined ? {} : hostFacts(host)),
    })),
    store: {
      memoryBytes: counts.memoryBytes,
      memoryBytesMax: counts.memoryBytesMax,
      diskBytes: counts.diskBytes,
      diskBytesMax: counts.diskBytesMax,
      load: first === undefined ? [] : loadTiers.map((tier) => line((bytes) => first.latency.loadMs(tier, bytes))),
    },
  };
}

/** Variants that are held whole, and a text that changes when they do. */
export function heldVariants({ store }: Worker) {
  const held = store.variants().filter(({ isWhole }) => isWhole);
  return {
    version: held.map(({ generation }) => generation).join(),
    variants: held.map(({ key, bytes }) => ({ key, bytes })),
  };
}

function hostFacts({ batcher, engine, fingerprint, latency }: ModelHost) {
  const { model } = engine;
  const flops = (rows: number, keys: number) => model.denoiser.blocks.length * model.blockFlops({ rows, keys });
  return {
    fingerprint,
    identity: model.identity,
    waiting: batcher.waitingCount,
    running: batcher.runningCount,
    maskedTokenSteps: batcher.maskedTokenSteps,
    compute: line((work) => latency.computeMs(work)),
    flopsOfRow: flops(1, 0),
    flopsOfPair: flops(1, 1) - flops(1, 0),
  };
}

const far = 1e9;

/** A fitted line, from two of its points. */
function line(predictMs: (units: number) => number) {
  const startMs = predictMs(0);
  return { startMs, msPerUnit: (predictMs(far) - startMs) / far };
}
