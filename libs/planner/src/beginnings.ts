/** Beginnings of plans as columns: both clocks, the beginning one block shorter, and the option that was added. */
export class Beginnings {
  #link = new Float64Array(1024);
  #processor = new Float64Array(1024);
  #parent = new Int32Array(1024);
  #option = new Int32Array(1024);
  #count = 0;

  link(node: number): number {
    return this.#link[node] ?? 0;
  }

  processor(node: number): number {
    return this.#processor[node] ?? 0;
  }

  add(link: number, processor: number, parent: number, option: number): number {
    if (this.#count === this.#link.length) this.#grow();
    const node = this.#count++;
    this.#link[node] = link;
    this.#processor[node] = processor;
    this.#parent[node] = parent;
    this.#option[node] = option;
    return node;
  }

  /** The options of a beginning, from its first block on. */
  options(end: number): readonly number[] {
    const options: number[] = [];
    for (let node = end; (this.#parent[node] ?? -1) >= 0; node = this.#parent[node] ?? -1) {
      options.push(this.#option[node] ?? 0);
    }
    return options.toReversed();
  }

  /** Sorted by both clocks, earlier made first among equals, without those that another one is at least as good as. */
  front(nodes: number[]): number[] {
    nodes.sort((a, b) => this.link(a) - this.link(b) || this.processor(a) - this.processor(b) || a - b);
    let least = Number.POSITIVE_INFINITY;
    let kept = 0;
    for (const node of nodes) {
      const processor = this.processor(node);
      if (processor >= least) continue;
      nodes[kept++] = node;
      least = processor;
    }
    nodes.length = kept;
    return nodes;
  }

  #grow(): void {
    const larger = <Column extends Float64Array | Int32Array>(made: Column, column: Column): Column => {
      made.set(column);
      return made;
    };
    const length = 2 * this.#count;
    this.#link = larger(new Float64Array(length), this.#link);
    this.#processor = larger(new Float64Array(length), this.#processor);
    this.#parent = larger(new Int32Array(length), this.#parent);
    this.#option = larger(new Int32Array(length), this.#option);
  }
}
