/** How much of an estimate the last beat replaces. */
const beatShare = 1 / 8;

/** Share of the edits in all workers that were sent by others, such as other balancers; faded. */
export class OthersShare {
  #share = 0;
  #all = 0;
  #others = 0;

  /** Edits that are in a worker, and those of them that were sent from here, as far as is known. */
  observe({ all, own }: { readonly all: number; readonly own: number }): void {
    this.#all += all;
    this.#others += Math.max(0, all - own);
  }

  /** All workers have been heard about once. */
  beat(): void {
    if (this.#all > 0) this.#share += (this.#others / this.#all - this.#share) * beatShare;
    this.#all = 0;
    this.#others = 0;
  }

  /** 0 to 1. */
  get share(): number {
    return this.#share;
  }
}
