import { live, type PlannedBlock, stored } from './planned-blocks.ts';

/** How many weights from 0 to 1 there are bounds for. */
const weightsCount = 33;
const weightOf = (index: number) => index / (weightsCount - 1);

/**
 * Lower bounds on the end of a plan. For any weight w in [0, 1] it is at least w x (compute so far and left) +
 * (1 - w) x (loads so far and left), since each sum alone is a bound; the least that is left, over all plans, is found
 * block by block from the end. (Lagrangian relaxation of the fluid bound; concave in w.)
 */
export class RemainingBounds {
  readonly #blocks: readonly PlannedBlock[];
  /** [(2 x block + state) x weights + weight]: the least over the blocks from `block` on. */
  readonly #left: Float64Array;
  /** The weight whose bound was highest for the last beginning asked for: the next one is often alike. */
  #weight = weightsCount >> 1;

  constructor(blocks: readonly PlannedBlock[]) {
    this.#blocks = blocks;
    this.#left = new Float64Array((2 * blocks.length + 2) * weightsCount);
    for (let block = blocks.length - 1; block >= 0; block--) {
      for (let weight = 0; weight < weightsCount; weight++) {
        for (const state of [live, stored]) {
          const option = this.#best(block, state, weight);
          const ms = option < 0 ? Number.POSITIVE_INFINITY : this.#total(block, option, weight);
          this.#left[(2 * block + state) * weightsCount + weight] = ms;
        }
      }
    }
  }

  /**
   * The earliest end of any plan whose clocks are these (the link's since it was free) when `block` begins; at least
   * `enough` is as good as more.
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

  /** For each weight, the options of the plan that the bound of the whole is the value of; none where no plan fits. */
  plans(): readonly (readonly number[])[] {
    const plans = new Map<string, readonly number[]>();
    for (let weight = 0; weight < weightsCount; weight += 4) {
      const plan = this.#plan(weight);
      if (plan !== undefined) plans.set(plan.join(), plan);
    }
    return [...plans.values()];
  }

  #plan(weight: number): readonly number[] | undefined {
    let state = live;
    const chosen: number[] = [];
    for (const [block, { leaves, isFirst }] of this.#blocks.entries()) {
      const option = this.#best(block, isFirst ? live : state, weight);
      if (option < 0) return undefined;
      chosen.push(option);
      state = leaves[option] ?? stored;
    }
    return chosen;
  }

  #at(from: number, weight: number, linkMs: number, processorMs: number): number {
    const share = weightOf(weight);
    return share * processorMs + (1 - share) * linkMs + (this.#left[from + weight] ?? 0);
  }

  #best(block: number, state: number, weight: number): number {
    const { from, count } = this.#blocks[block] ?? { from: [], count: 0 };
    let [best, bestMs] = [-1, Number.POSITIVE_INFINITY];
    for (let option = 0; option < count; option++) {
      if (from[option] !== -1 && from[option] !== state) continue;
      const ms = this.#total(block, option, weight);
      if (ms < bestMs) [best, bestMs] = [option, ms];
    }
    return best;
  }

  #total(block: number, option: number, weight: number): number {
    const planned = this.#blocks[block];
    if (planned === undefined) return 0;
    const { compute, load, leaves } = planned;
    const next = this.#blocks[block + 1]?.isFirst === true ? live : (leaves[option] ?? stored);
    const share = weightOf(weight);
    const own = share * (compute[option] ?? 0) + (1 - share) * (load[option] ?? 0);
    return own + (this.#left[(2 * block + 2 + next) * weightsCount + weight] ?? 0);
  }
}
