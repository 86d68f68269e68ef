import type { WatchLoadResponse__Output } from '@instgenie/rpc';
import { type CostLine, type ModelCosts } from './model-costs.ts';
import type { HeldView, ModelView, StoreView } from './worker-view.ts';

type Load = WatchLoadResponse__Output;
type Model = Load['models'][number];
type Line = NonNullable<Model['compute']>;

/** The models of a worker, by name. */
export function readModels(load: Load): ReadonlyMap<string, ModelView> {
  return new Map(load.models.map((model) => [model.name, readModel(model)]));
}

function readModel(model: Model): ModelView {
  return {
    name: model.name,
    isLoaded: model.isLoaded,
    fingerprint: model.fingerprint,
    waiting: model.waiting,
    running: model.running,
    maskedTokenSteps: model.maskedTokenSteps,
    batchMax: Math.max(1, model.batchMax),
    side: model.side,
    defaultSteps: model.defaultSteps,
    defaultGuidance: model.defaultGuidance,
    costs: readCosts(model),
  };
}

function readCosts(model: Model): ModelCosts | undefined {
  const compute = readLine(model.compute);
  if (compute === undefined || model.flopsOfRow <= 0) return undefined;
  return {
    compute,
    flopsOfRow: model.flopsOfRow,
    flopsOfPair: Math.max(0, model.flopsOfPair),
    textRows: model.textRows,
    bytesOfToken: Math.max(0, model.bytesOfToken),
    defaultSteps: model.defaultSteps,
    aroundMs: Math.max(0, model.aroundMs),
  };
}

/** Undefined for a line that says nothing: never fitted, or not a number. */
function readLine(line: Line | null | undefined): CostLine | undefined {
  if (line === null || line === undefined) return undefined;
  const { startMs, msPerUnit } = line;
  if (!(startMs >= 0) || !(msPerUnit >= 0) || startMs + msPerUnit === 0) return undefined;
  return Number.isFinite(startMs + msPerUnit) ? { startMs, msPerUnit } : undefined;
}

export function readStore({ store }: Load): StoreView {
  const [memory, disk, peer] = store?.load ?? [];
  return {
    memoryBytes: store?.memoryBytes ?? 0,
    memoryBytesMax: store?.memoryBytesMax ?? 0,
    diskBytes: store?.diskBytes ?? 0,
    diskBytesMax: store?.diskBytesMax ?? 0,
    memory: readLine(memory),
    disk: readLine(disk),
    peer: readLine(peer),
  };
}

/** Variants that a worker says to hold, by key. */
export function readHeld({ variants }: Load): ReadonlyMap<string, HeldView> {
  return new Map(
    variants.map(({ key, bytes, memoryBytes }) => [
      key,
      { bytes, memoryShare: bytes > 0 ? Math.min(1, memoryBytes / bytes) : 0 },
    ]),
  );
}

/** Tokens of the model's window; of the usual one while its side is unknown. */
export function tokensOf({ side }: Pick<ModelView, 'side'>): number {
  const across = (side > 0 ? side : 1024) / 16;
  return across * across;
}
