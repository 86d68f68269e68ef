import { ServiceError } from '@instgenie/domain';
import {
  type DeviceTimes,
  deviceTimes,
  type GpuTimes,
  type Keeping,
  type PlannedModel,
  templateBytes,
} from './device.ts';
import { type FleetForecast, type FleetSetting, plannedTiers, simulateFleet } from './simulate-fleet.ts';

/** What is asked of a plan. */
export interface PlanOrder {
  readonly model: PlannedModel;
  readonly gpu: GpuTimes;
  readonly templates: number;
  readonly editsPerDay: number;
  /** How many times the mean of the day comes in its busiest time. */
  readonly peak: number;
  readonly masks: readonly number[];
  readonly skew: number;
  readonly keeping: Keeping;
  readonly batchMax: number;
  /** Of a worker, for activations. */
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly diskBytesPerMs: number;
  readonly peerBytesPerMs: number;
  readonly aroundMs: number;
  /** What 95 of 100 edits take at most, at the busiest time. */
  readonly latencyMsMax: number;
  /** So many workers, instead of as few as will do. */
  readonly workers?: number | undefined;
  readonly seed: number;
}

export interface Plan {
  readonly workers: number;
  readonly keeping: Keeping;
  /** Activations of a template. */
  readonly templateBytes: number;
  /** Of the GPU, once: what a template costs before it is warm. */
  readonly primeMs: number;
  readonly inMemory: number;
  readonly onDisk: number;
  /** Of all workers together. */
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** Of all templates once. */
  readonly allTemplatesBytes: number;
  /** An edit alone, all that it needs in memory. */
  readonly aloneMs: number;
  /** At the busiest time. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly tiers: FleetForecast['tiers'];
  /** Edits of the busiest time, as a share of what the workers could do with full batches and all in memory. */
  readonly load: number;
}

/** What a way to keep activations needs; the last fleet that was tried, where none is fast enough. */
export interface Alternative {
  readonly plan: Plan;
  readonly isFastEnough: boolean;
}

const dayMs = 86_400_000;
/** Larger fleets than so many times the least one wait for something else than computing. */
const most = 4;
const editsLeast = 2000;
const editsMost = 12_000;
/** Sizes that are tried: each so many times as large as the one before, and at least one more. */
const growth = 1.2;

/** The smallest fleet that is fast enough, as it is forecast. Throws `overloaded` where none is. */
export async function planFleet(order: PlanOrder): Promise<Plan> {
  const { plan, isFastEnough } = await search(order);
  if (isFastEnough) return plan;
  const text = `p95-ms: also ${plan.workers} workers are not so fast: an edit alone takes ${Math.round(plan.aloneMs)} ms, and activations may come too slowly`;
  throw new ServiceError('overloaded', text, { field: 'p95-ms' });
}

/** The same edits with activations kept in other ways, on as many workers as each needs; undefined where none will do. */
export async function planAlternatives(order: PlanOrder): Promise<readonly Alternative[]> {
  const ways: readonly Keeping[] = [
    { storage: 'float16', keepEvery: 1 },
    { storage: 'int8', keepEvery: 1 },
    { storage: 'int8', keepEvery: 2 },
    { storage: 'int8', keepEvery: 4 },
  ];
  const found: Alternative[] = [];
  for (const keeping of ways) found.push(await search({ ...order, keeping }));
  return found;
}

async function search(order: PlanOrder): Promise<Alternative> {
  const device = deviceTimes(order.model, order.gpu);
  if (order.workers !== undefined) return { plan: await forecast(order, device, order.workers), isFastEnough: true };
  const editsPerMs = (order.editsPerDay / dayMs) * order.peak;
  const least = Math.max(1, Math.ceil(editsPerMs / capacityPerMs(order, device)));
  for (let workers = least; ; workers = Math.max(workers + 1, Math.floor(workers * growth))) {
    const plan = await forecast(order, device, workers);
    if (plan.latencyMs.p95 <= order.latencyMsMax) return { plan, isFastEnough: true };
    if (workers >= most * least || plan.aloneMs > order.latencyMsMax) return { plan, isFastEnough: false };
  }
}

async function forecast(order: PlanOrder, device: DeviceTimes, workers: number): Promise<Plan> {
  const setting = settingOf(order, device, workers);
  const { latencyMs, tiers } = await simulateFleet(setting);
  const bytes = templateBytes(order.model, order.keeping);
  const { steps, tokens } = order.model;
  const mean = order.masks.reduce((sum, ratio) => sum + ratio, 0) / order.masks.length;
  return {
    workers,
    keeping: order.keeping,
    templateBytes: bytes,
    primeMs: steps * (device.startMs + device.rowsMs(tokens)),
    inMemory: setting.inMemory,
    onDisk: setting.onDisk,
    memoryBytes: workers * order.memoryBytes,
    diskBytes: workers * order.diskBytes,
    allTemplatesBytes: bytes * order.templates,
    aloneMs: order.aroundMs + steps * (device.startMs + device.rowsMs(Math.round(mean * tokens))),
    latencyMs: { p50: quantile(latencyMs, 0.5), p95: quantile(latencyMs, 0.95), p99: quantile(latencyMs, 0.99) },
    tiers: Object.fromEntries(plannedTiers.map((tier) => [tier, tiers[tier]])) as FleetForecast['tiers'],
    load: setting.editsPerMs / (workers * capacityPerMs(order, device)),
  };
}

function settingOf(order: PlanOrder, device: DeviceTimes, workers: number): FleetSetting {
  const bytes = templateBytes(order.model, order.keeping);
  const stepBytes = bytes / order.model.steps;
  const inMemory = Math.floor(order.memoryBytes / bytes);
  return {
    workers,
    device,
    batchMax: order.batchMax,
    steps: order.model.steps,
    tokens: order.model.tokens,
    aroundMs: order.aroundMs,
    stepLoadMs: {
      memory: stepBytes / order.gpu.bytesPerMs,
      disk: stepBytes / order.diskBytesPerMs,
      peer: stepBytes / order.peerBytesPerMs,
    },
    inMemory,
    onDisk: Math.max(inMemory, Math.floor(order.diskBytes / bytes)),
    templates: order.templates,
    skew: order.skew,
    masks: order.masks,
    editsPerMs: (order.editsPerDay / dayMs) * order.peak,
    edits: Math.min(editsMost, Math.max(editsLeast, 60 * workers)),
    seed: order.seed,
  };
}

/** Edits that a worker does in a millisecond, with always enough of them there and all they need in memory. */
function capacityPerMs({ model, masks, batchMax }: PlanOrder, { startMs, rowsMs }: DeviceTimes): number {
  const meanMs = masks.reduce((sum, ratio) => sum + rowsMs(Math.round(ratio * model.tokens)), 0) / masks.length;
  return 1 / (model.steps * (startMs / batchMax + meanMs));
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
