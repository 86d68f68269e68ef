import { ServiceError, type Tier, tiers } from '@instgenie/domain';
import { type FitReport, type FitSnapshot, OnlineFit } from './online-fit.ts';

/** Where activations can be loaded from. */
export type LoadTier = Exclude<Tier, 'none'>;
export const loadTiers: readonly LoadTier[] = tiers.filter((tier) => tier !== 'none');

/** A first guess of a machine, good to an order of magnitude. */
export interface LatencyPrior {
  readonly compute: { readonly startMs: number; readonly flopsPerMs: number };
  readonly load: Readonly<Record<LoadTier, { readonly latencyMs: number; readonly bytesPerMs: number }>>;
}

/** All fits of a machine, as plain data: what a worker tells a balancer, and what it starts from next time. */
export interface LatencySnapshot {
  readonly version: 1;
  readonly compute: FitSnapshot;
  readonly load: Readonly<Record<LoadTier, FitSnapshot>>;
}

/** Measurements that each count a third after this many more. */
const memory = 200;

type Fits = Readonly<Record<LoadTier, OnlineFit>>;

/**
 * What things take on one machine, fitted to what they took: computeMs = start + FLOPs / rate, and for each tier
 * loadMs = latency + bytes / rate. No rate is ever negative.
 */
export class LatencyModel {
  readonly #compute: OnlineFit;
  readonly #load: Fits;

  private constructor(compute: OnlineFit, load: Fits) {
    this.#compute = compute;
    this.#load = load;
  }

  static from({ compute, load }: LatencyPrior): LatencyModel {
    const line = (startMs: number, perMs: number) => new OnlineFit({ prior: [startMs, 1 / perMs], memory });
    return new LatencyModel(
      line(compute.startMs, compute.flopsPerMs),
      byTier((tier) => line(load[tier].latencyMs, load[tier].bytesPerMs)),
    );
  }

  /** A model that goes on where another one was. Throws `invalid` for anything that is no snapshot. */
  static restore({ version, compute, load }: Partial<LatencySnapshot>): LatencyModel {
    if (version !== 1) throw new ServiceError('invalid', `a latency snapshot of version 1 is needed, not ${version}`);
    return new LatencyModel(
      OnlineFit.restore(compute),
      byTier((tier) => OnlineFit.restore(load?.[tier])),
    );
  }

  computeMs(flops: number): number {
    return this.#compute.predictMs([1, flops]);
  }

  loadMs(tier: LoadTier, bytes: number): number {
    return this.#load[tier].predictMs([1, bytes]);
  }

  /** Learns how long computing took. False when that cannot be: nothing is learned. */
  observeCompute({ flops, ms }: { readonly flops: number; readonly ms: number }): boolean {
    return this.#compute.observe([1, flops], ms);
  }

  /** Learns how long a load from a tier took. False when that cannot be: nothing is learned. */
  observeLoad(tier: LoadTier, { bytes, ms }: { readonly bytes: number; readonly ms: number }): boolean {
    return this.#load[tier].observe([1, bytes], ms);
  }

  get report(): { readonly compute: FitReport; readonly load: Readonly<Record<LoadTier, FitReport>> } {
    return { compute: this.#compute.report, load: byTier((tier) => this.#load[tier].report) };
  }

  snapshot(): LatencySnapshot {
    return { version: 1, compute: this.#compute.snapshot(), load: byTier((tier) => this.#load[tier].snapshot()) };
  }
}

function byTier<Value>(make: (tier: LoadTier) => Value): Readonly<Record<LoadTier, Value>> {
  return { memory: make('memory'), disk: make('disk'), peer: make('peer') };
}
