import { loadTiers } from '@instgenie/cost';
import type { WatchLoadResponse } from '@instgenie/rpc';
import type { ModelHost } from '../models/model-host.ts';
import type { Worker } from '../worker.ts';

/** What a worker has to do, holds and expects; without its variants, which are many and change seldom. */
export function loadMessage(worker: Worker, sequence: number): WatchLoadResponse {
  const { config, desk, cordon, memory, store, pool } = worker;
  const counts = store.counts();
  const [first] = pool.models.flatMap(({ host }) => host ?? []);
  return {
    worker: config.id,
    isServing: desk.isOpen && !cordon.isCordoned,
    isCordoned: cordon.isCordoned,
    sequence,
    edits: desk.count,
    editsMax: desk.editsMax,
    editBytes: memory.usedBytes,
    editBytesMax: memory.bytesMax,
    models: pool.models.map(({ settings: { name, batchMax }, host }) => ({
      name,
      batchMax,
      isLoaded: host !== undefined,
      ...(host === undefined ? {} : hostFacts(host, worker)),
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

/** Variants that are held whole, and a text that changes when they do, or when much of one comes to memory or goes. */
export function heldVariants({ store }: Pick<Worker, 'store'>) {
  const inMemory = store.bytesInMemory();
  const held = store.variants().filter(({ isWhole }) => isWhole);
  const variants = held.map(({ key, bytes }) => ({ key, bytes, memoryBytes: inMemory.get(key) ?? 0 }));
  const quarters = variants.map(({ bytes, memoryBytes }) => Math.round((4 * memoryBytes) / bytes));
  return { version: [...held.map(({ generation }) => generation), ...quarters].join(), variants };
}

function hostFacts(host: ModelHost, { pictures }: Worker) {
  const { batcher, engine, fingerprint, latency, stage } = host;
  const { model } = engine;
  const { side, steps, guidance, textRows } = model.defaults;
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
    side,
    defaultSteps: steps,
    defaultGuidance: guidance,
    textRows,
    predictedMs: host.edits.safeMs(host.edits.forecast(steps)),
    aroundMs: pictures.tookMs + stage.tookMs.usual + stage.tookMs.urgent,
    bytesOfToken: host.bytesOfToken,
    stepsRun: host.stepsRun,
  };
}

const far = 1e9;

/** A fitted line, from two of its points. */
function line(predictMs: (units: number) => number) {
  const startMs = predictMs(0);
  return { startMs, msPerUnit: (predictMs(far) - startMs) / far };
}
