import { sharedFloats } from './shared.ts';

/** Named scratch memory that grows to the largest request and is used again, so that a step makes no garbage. */
export class RowBuffers {
  readonly #buffers = new Map<string, Float32Array<SharedArrayBuffer>>();

  /** `length` floats with unknown contents; valid until the name is taken again. */
  take(name: string, length: number): Float32Array<SharedArrayBuffer> {
    const known = this.#buffers.get(name);
    if (known !== undefined && known.length >= length) return known.subarray(0, length);
    const made = sharedFloats(length);
    this.#buffers.set(name, made);
    return made;
  }
}
