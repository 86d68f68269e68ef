import { Tensor } from 'onnxruntime-node';
import type { SharedRotary } from './inference-protocol.ts';

/** The rotary tables of a batch as one, and where each request's tokens start in it. Row 0 turns nothing. */
export interface RotaryBatch {
  readonly cos: Tensor;
  readonly sin: Tensor;
  readonly bases: readonly number[];
}

/** Joins the tables of the sizes that are in a batch; keeps the last result, since most batches look like it. */
export class RotaryTables {
  #sizes: readonly SharedRotary[] = [];
  #tensors: { readonly cos: Tensor; readonly sin: Tensor } | undefined;

  tableOf(tables: readonly SharedRotary[]): RotaryBatch {
    const sizes = [...new Map(tables.map((table) => [table.name, table])).values()];
    if (this.#tensors === undefined || !isSame(sizes, this.#sizes)) {
      this.#tensors = {
        cos: joined(
          sizes.map(({ cos }) => cos),
          sizes,
        ),
        sin: joined(
          sizes.map(({ sin }) => sin),
          sizes,
        ),
      };
      this.#sizes = sizes;
    }
    const starts = new Map<string, number>();
    let at = 0;
    for (const size of sizes) {
      starts.set(size.name, at + 1);
      at += size.length;
    }
    return { ...this.#tensors, bases: tables.map((table) => starts.get(table.name) ?? 0) };
  }
}

function isSame(a: readonly SharedRotary[], b: readonly SharedRotary[]): boolean {
  return a.length === b.length && a.every(({ name }, index) => name === b[index]?.name);
}

function joined(parts: readonly Float32Array[], sizes: readonly SharedRotary[]): Tensor {
  const length = sizes.reduce((total, size) => total + size.length, 0);
  const [first = new Float32Array()] = parts;
  const columns = first.length / (sizes[0]?.length ?? 1);
  if (parts.length === 1) return new Tensor('float32', first, [length, columns]);
  const values = new Float32Array(length * columns);
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return new Tensor('float32', values, [length, columns]);
}
