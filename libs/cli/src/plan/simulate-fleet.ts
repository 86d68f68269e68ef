import { Batcher, type StepTime } from '@instgenie/batching';
import { VirtualClock } from '@instgenie/testing';
import type { DeviceTimes } from './device.ts';

/** Where an edit's activations were. */
export type PlannedTier = 'memory' | 'disk' | 'peer' | 'none';
export const plannedTiers = ['memory', 'disk', 'peer', 'none'] as const;

/** A fleet of workers that are all the same, and what comes to it. */
export interface FleetSetting {
  readonly workers: number;
  readonly batchMax: number;
  readonly steps: number;
  readonly tokens: number;
  readonly device: DeviceTimes;
  /** Pictures, prompt and autoencoder, before the steps and after them. */
  readonly aroundMs: number;
  /** What loading a step of a template takes. */
  readonly stepLoadMs: Readonly<Record<'memory' | 'disk' | 'peer', number>>;
  /** Templates that a worker holds. */
  readonly inMemory: number;
  readonly onDisk: number;
  readonly templates: number;
  /** How popular they are: the k-th is edited k^-skew times as often as the first. */
  readonly skew: number;
  /** Mask ratios, in equal shares. */
  readonly masks: readonly number[];
  readonly editsPerMs: number;
  /** Edits that are simulated; the first quarter is not counted. */
  readonly edits: number;
  readonly seed: number;
}

export interface FleetForecast {
  /** From arrival to result, ms, sorted; infinite for those that were not taken. */
  readonly latencyMs: readonly number[];
  /** Shares of edits by where their activations were. */
  readonly tiers: Readonly<Record<PlannedTier, number>>;
}

interface Work {
  readonly template: number;
  readonly maskedTokens: number;
  readonly tier: PlannedTier;
  stepsDone: number;
}

const warmUp = 0.25;
/** Longer lines are not simulated: the fleet is too small. */
const waitingMax = 10_000;
/** Edits of a worker, on average, above which the fleet is too small: no more are taken. */
const editsMax = 40;

/** Templates that a worker holds; the least recently used one goes. */
class Held {
  readonly #max: number;
  readonly #items = new Set<number>();

  constructor(max: number) {
    this.#max = max;
  }

  has(item: number): boolean {
    return this.#items.has(item);
  }

  /** Returns what went for it. */
  use(item: number): number | undefined {
    if (this.#max <= 0) return item;
    this.#items.delete(item);
    this.#items.add(item);
    if (this.#items.size <= this.#max) return undefined;
    const [oldest] = this.#items;
    if (oldest !== undefined) this.#items.delete(oldest);
    return oldest;
  }
}

class PlannedWorker {
  readonly batcher: Batcher<Work>;
  readonly memory: Held;
  readonly disk: Held;
  /** On their way to the batcher, or in it. */
  edits = 0;

  constructor(clock: VirtualClock, setting: FleetSetting) {
    this.memory = new Held(setting.inMemory);
    this.disk = new Held(setting.onDisk);
    const { startMs, rowsMs } = setting.device;
    const stepTime: StepTime = (batch) =>
      startMs + batch.reduce((sum, { maskedTokens }) => sum + rowsMs(maskedTokens), 0);
    this.batcher = new Batcher({
      clock,
      stepTime,
      executor: {
        step: async (batch) => {
          await clock.pause(stepMs(batch, setting));
          for (const work of batch) work.stepsDone++;
        },
      },
      settings: { batchMax: setting.batchMax, bytesMax: Number.POSITIVE_INFINITY, waitingMax, agingMs: 10_000 },
    });
  }
}

/** A step loads while it computes; edits of one template at the same step share what is loaded or computed for it. */
function stepMs(batch: readonly Work[], { device, tokens, stepLoadMs }: FleetSetting): number {
  let [computeMs, loadMs] = [device.startMs, 0];
  const seen = new Set<string>();
  for (const { template, stepsDone, maskedTokens, tier } of batch) {
    computeMs += device.rowsMs(maskedTokens);
    const shared = `${template} ${stepsDone}`;
    if (seen.has(shared)) continue;
    seen.add(shared);
    if (tier === 'none') computeMs += device.rowsMs(tokens);
    else loadMs += stepLoadMs[tier];
  }
  return Math.max(computeMs, loadMs);
}

/**
 * Edits that come by a Poisson process to workers which batch with the workers' own batcher and compute nothing. Each
 * goes where it would be done first, activations included. The same setting gives the same forecast.
 */
export async function simulateFleet(setting: FleetSetting): Promise<FleetForecast> {
  const clock = new VirtualClock();
  const random = randomOf(setting.seed);
  const draw = popularity(setting, random);
  const workers = Array.from({ length: setting.workers }, () => new PlannedWorker(clock, setting));
  const holders = new Map<number, number>();
  const keep = (worker: PlannedWorker, template: number) => {
    if (!worker.disk.has(template)) holders.set(template, (holders.get(template) ?? 0) + 1);
    worker.memory.use(template);
    const gone = worker.disk.use(template);
    if (gone !== undefined) holders.set(gone, (holders.get(gone) ?? 1) - 1);
  };
  for (const [at, worker] of workers.entries()) {
    for (const template of usedBefore(at, setting)) keep(worker, template);
  }
  const latencyMs: number[] = [];
  const tiers = { memory: 0, disk: 0, peer: 0, none: 0 };
  const first = Math.floor(setting.edits * warmUp);
  let underWay = 0;
  const runEdit = async (index: number) => {
    const template = draw();
    if (underWay >= editsMax * workers.length) {
      if (index >= first) latencyMs.push(Number.POSITIVE_INFINITY);
      return;
    }
    const ratio = setting.masks[Math.floor(random() * setting.masks.length)] ?? 1;
    const maskedTokens = Math.max(2, Math.round(ratio * setting.tokens));
    const began = clock.now();
    const { worker, tier } = place(
      workers,
      { template, maskedTokens, isHeld: (holders.get(template) ?? 0) > 0 },
      setting,
    );
    worker.edits++;
    underWay++;
    await clock.pause(setting.aroundMs / 2);
    const work: Work = { template, maskedTokens, tier, stepsDone: 0 };
    const request = { tenant: 'all', priority: 'normal', stepsTotal: setting.steps, stepsDone: 0, bytes: 0 } as const;
    const submission = worker.batcher.submit({ ...request, id: String(index), maskedTokens }, work);
    if (submission.kind === 'accepted') await submission.outcome;
    await clock.pause(setting.aroundMs / 2);
    worker.edits--;
    underWay--;
    keep(worker, template);
    if (index < first) return;
    tiers[tier]++;
    latencyMs.push(submission.kind === 'accepted' ? clock.now() - began : Number.POSITIVE_INFINITY);
  };
  const running = workers.map(({ batcher }) => batcher.run());
  const arrive = async () => {
    const edits: Promise<void>[] = [];
    for (let index = 0; index < setting.edits; index++) {
      await clock.pause(-Math.log(1 - random()) / setting.editsPerMs);
      edits.push(runEdit(index));
    }
    await Promise.all(edits);
    for (const { batcher } of workers) batcher.drain({ handOver: false });
    await Promise.all(running);
  };
  await clock.runUntil(arrive());
  const counted = plannedTiers.reduce((sum, tier) => sum + tiers[tier], 0);
  const share = (tier: PlannedTier) => tiers[tier] / Math.max(1, counted);
  return {
    latencyMs: latencyMs.toSorted((a, b) => a - b),
    tiers: { memory: share('memory'), disk: share('disk'), peer: share('peer'), none: share('none') },
  };
}

/**
 * What a worker has used, as after a long time: its share of all templates, and of the others the most popular ones, as far
 * as there is room. The most popular one was used last.
 */
function usedBefore(at: number, { templates, workers, onDisk }: FleetSetting): readonly number[] {
  const ranks = Array.from({ length: templates }, (_, rank) => rank);
  const own = ranks.filter((rank) => rank % workers === at);
  const others = ranks.filter((rank) => rank % workers !== at).slice(0, Math.max(0, onDisk - own.length));
  return [...own, ...others].toSorted((a, b) => b - a);
}

interface Placed {
  readonly template: number;
  readonly maskedTokens: number;
  readonly isHeld: boolean;
}

/** The worker where an edit would be done first, and how it gets its activations there. */
function place(workers: readonly PlannedWorker[], edit: Placed, setting: FleetSetting) {
  const { steps, device, stepLoadMs, tokens } = setting;
  const ownMs = device.startMs + device.rowsMs(edit.maskedTokens);
  let best: { readonly worker: PlannedWorker; readonly tier: PlannedTier; readonly ms: number } | undefined;
  for (const worker of workers) {
    const busyMs = worker.edits === 0 ? steps * ownMs : worker.batcher.predictMs([{ ...edit, stepsLeft: steps }]);
    const tier = tierOf(worker, edit, setting);
    const extraMs = tier === 'none' ? steps * device.rowsMs(tokens) : Math.max(0, steps * (stepLoadMs[tier] - ownMs));
    if (best === undefined || busyMs + extraMs < best.ms) best = { worker, tier, ms: busyMs + extraMs };
  }
  if (best === undefined) throw new RangeError('a fleet has workers');
  return best;
}

/** As workers do it: what would come late from a peer is computed. */
function tierOf(
  { memory, disk }: PlannedWorker,
  { template, isHeld, maskedTokens }: Placed,
  { device, tokens, stepLoadMs }: FleetSetting,
): PlannedTier {
  if (memory.has(template)) return 'memory';
  if (disk.has(template)) return 'disk';
  const computeMs = device.startMs + device.rowsMs(maskedTokens) + device.rowsMs(tokens);
  return isHeld && stepLoadMs.peer < computeMs ? 'peer' : 'none';
}

/** Draws templates, the first one most often. */
function popularity({ templates, skew }: FleetSetting, random: () => number): () => number {
  const sums = new Float64Array(templates);
  let sum = 0;
  for (let rank = 0; rank < templates; rank++) sums[rank] = sum += (rank + 1) ** -skew;
  return () => {
    const wanted = random() * sum;
    let [low, high] = [0, templates - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Mulberry32: the same seed gives the same numbers. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
