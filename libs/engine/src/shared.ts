/** Zeroed floats that every thread can read and write. */
export function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/** A copy that every thread can read. */
export function share(values: Float32Array): Float32Array<SharedArrayBuffer> {
  const copy = sharedFloats(values.length);
  copy.set(values);
  return copy;
}
