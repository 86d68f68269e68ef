import { live, type PlannedBlock, stored } from './planned-blocks.ts';

/** How many weights from 0 to 1 there are bounds for. */
const weightsCount = 33;
const weightOf = (index: number) => index / (weightsCount - 1);

/**
 * Lower bounds on the end of a plan. It is at least all its compute, and at least all its loads and then the compute
 * from the last block that loads on. So for any weight w in [0, 1] it is at least w x the one + (1 - w) x the other; the
 * least that is left of this, over all plans, is found block by block from the end. (Lagrangian relaxation of the fluid
 * bound; concave in w.)
 */
export class RemainingBounds {
  readonly #blocks: readonly PlannedBlock[];
  /** [(2 x block + state) x weights + weight]: the least over the blocks from `block` on. */
  readonly #left: Float64Array;
  /** The same over plans that load nothing any more: [2 x block + state], alike for all weights. */
  readonly #idle: Float64Array;
  /** The weight whose bound was highest for the last beginning asked for: the next one is often alike. */
  #weight = weightsCount >> 1;

  constructor(blocks: readonly PlannedBlock[]) {
    const count = 2 * blocks.length + 2;
    this.#blocks = blocks;
    this.#left = new Float64Array(count * weightsCount);
    this.#idle = new Float64Array(count);
    const last = 2 * blocks.length;
    /** Over plans that load something yet. */
    const loading = new Float64Array(count * weightsCount);
    loading.fill(Number.POSITIVE_INFINITY, last * weightsCount);
    for (let block = blocks.length - 1; block >= 0; block--) {
      for (const state of [live, stored]) this.#fill(loading, block, state);
    }
  }

  /**
   * The earliest end of any plan whose clocks are these (the link's since it was free) when `block` begins; more than
   * `enough` is as good as more still.
   */
  endMs(block: number, state: number, linkMs: number, processorMs: number, enough: number): number {
    const begins = this.#blocks[block]?.isFirst === true ? live : state;
    const from = (2 * block + begins) * weightsCount;
    let weight = this.#weight;
    let best = this.#at(from, weight, linkMs, processorMs);
    for (const direction of [1, -1]) {
      while (best <= enough) {
        const next = weight + direction;
        if (next < 0 || next >= weightsCount) break;
        const bound = this.#at(from, next, linkMs, processorMs);
        if (bound <= best) break;
        [weight, best] = [next, bound];
      }
    }
    this.#weight = weight;
    return best;
  }

  /** The plans that the fluid bounds of some weights are the values of; none where no plan fits. */
  plans(): readonly (readonly number[])[] {
    const plans = new Map<string, readonly number[]>();
    for (let weight = 0; weight < weightsCount; weight += 4) {
      const plan = this.#plan(weight);
      if (plan !== undefined) plans.set(plan.join(), plan);
    }
    return [...plans.values()];
  }

  #fill(loading: Float64Array, block: number, state: number): void {
    const { count, compute, load, from } = this.#block(block);
    const row = (2 * block + state) * weightsCount;
    let idle = Number.POSITIVE_INFINITY;
    loading.fill(Number.POSITIVE_INFINITY, row, row + weightsCount);
    for (let option = 0; option < count; option++) {
      if (from[option] !== -1 && from[option] !== state) continue;
      const [own, loads, next] = [compute[option] ?? 0, load[option] ?? 0, this.#next(block, option)];
      const idleAfter = this.#idle[next] ?? 0;
      if (loads === 0) idle = Math.min(idle, own + idleAfter);
      for (let weight = 0; weight < weightsCount; weight++) {
        const share = weightOf(weight);
        const later = loading[next * weightsCount + weight] ?? 0;
        const goesOn = share * own + (1 - share) * loads + later;
        const isLast = loads === 0 ? Number.POSITIVE_INFINITY : own + (1 - share) * loads + idleAfter;
        const best = Math.min(goesOn, isLast);
        if (best < (loading[row + weight] ?? 0)) loading[row + weight] = best;
      }
    }
    this.#idle[2 * block + state] = idle;
    for (let weight = 0; weight < weightsCount; weight++) {
      this.#left[row + weight] = Math.min(idle, loading[row + weight] ?? 0);
    }
  }

  #plan(weight: number): readonly number[] | undefined {
    const share = weightOf(weight);
    let state = live;
    const chosen: number[] = [];
    for (const [block, { count, compute, load, from, leaves, isFirst }] of this.#blocks.entries()) {
      if (isFirst) state = live;
      let [best, bestMs] = [-1, Number.POSITIVE_INFINITY];
      for (let option = 0; option < count; option++) {
        if (from[option] !== -1 && from[option] !== state) continue;
        const left = this.#left[this.#next(block, option) * weightsCount + weight] ?? 0;
        const ms = share * (compute[option] ?? 0) + (1 - share) * (load[option] ?? 0) + left;
        if (ms < bestMs) [best, bestMs] = [option, ms];
      }
      if (best < 0) return undefined;
      chosen.push(best);
      state = leaves[best] ?? stored;
    }
    return chosen;
  }

  #at(from: number, weight: number, linkMs: number, processorMs: number): number {
    const share = weightOf(weight);
    return share * processorMs + (1 - share) * linkMs + (this.#left[from + weight] ?? 0);
  }

  /** Where the block after an option stands in the tables: 2 x block + state. */
  #next(block: number, option: number): number {
    const begins = this.#blocks[block + 1]?.isFirst === true ? live : (this.#block(block).leaves[option] ?? stored);
    return 2 * block + 2 + begins;
  }

  #block(block: number): PlannedBlock {
    const found = this.#blocks[block];
    if (found === undefined) throw new RangeError(`no block ${block}`);
    return found;
  }
}
