import { Tensor } from 'onnxruntime-node';
import type { BatchLayout } from './batch-layout.ts';
import type { RowBuffers } from './row-buffers.ts';

/** The stored hidden state of a request at the current block [tokens, width]; throws where there is none. */
export type HiddenOf = (request: number) => Float32Array;

/**
 * The packed rows of a track between two blocks, float32 [rows, width], and as much room for what the next block makes
 * of them.
 */
export class TrackRows {
  readonly #width: number;
  #rows: Float32Array;
  #next: Float32Array;

  constructor(
    buffers: RowBuffers,
    { name, width, rowsMax }: { readonly name: string; readonly width: number; readonly rowsMax: number },
  ) {
    this.#width = width;
    this.#rows = buffers.take(`${name}.rows`, rowsMax * width);
    this.#next = buffers.take(`${name}.next`, rowsMax * width);
  }

  /** Rows as they are, valid until `swap`. */
  values(from: number, count: number): Float32Array {
    return this.#rows.subarray(from * this.#width, (from + count) * this.#width);
  }

  /** The same as an input of a graph, or as a result that replaces them. */
  tensor(from: number, count: number): Tensor {
    return new Tensor('float32', this.values(from, count), [count, this.#width]);
  }

  /** Room for a graph's result; it becomes the rows at `swap`. */
  result(from: number, count: number): Tensor {
    const values = this.#next.subarray(from * this.#width, (from + count) * this.#width);
    return new Tensor('float32', values, [count, this.#width]);
  }

  swap(): void {
    [this.#rows, this.#next] = [this.#next, this.#rows];
  }

  /** Brings rows from one layout into another: live rows keep their values, others come from the store. */
  move(from: BatchLayout, to: BatchLayout, hiddenOf: HiddenOf): void {
    if (from === to) return;
    const width = this.#width;
    const isTextLive = from.textCount > 0;
    for (const [request, { fresh, textRows }] of to.members.entries()) {
      if (isTextLive) {
        this.#next.set(this.values(from.textFrom[request] ?? 0, textRows), (to.textFrom[request] ?? 0) * width);
      }
      const live = new Map<number, number>();
      for (const [at, token] of (from.members[request]?.fresh ?? []).entries()) {
        live.set(token, (from.imageFrom[request] ?? 0) + at);
      }
      for (const [at, token] of fresh.entries()) {
        const source = live.get(token);
        const row = source === undefined ? this.#rowOf(hiddenOf(request), token) : this.values(source, 1);
        this.#next.set(row, ((to.imageFrom[request] ?? 0) + at) * width);
      }
    }
    this.swap();
  }

  /** Puts the stored hidden state of the projected tokens in place. */
  project({ members, projectedFrom }: BatchLayout, hiddenOf: HiddenOf): void {
    for (const [request, { projected }] of members.entries()) {
      if (projected.length === 0) continue;
      const hidden = hiddenOf(request);
      for (const [at, token] of projected.entries()) {
        this.#rows.set(this.#rowOf(hidden, token), ((projectedFrom[request] ?? 0) + at) * this.#width);
      }
    }
  }

  #rowOf(matrix: Float32Array, row: number): Float32Array {
    return matrix.subarray(row * this.#width, (row + 1) * this.#width);
  }
}
