/**
 * Zeroed memory that every thread sees and that begins on a page, as direct I/O asks for. A plain SharedArrayBuffer
 * does not begin on one; a growable one is mapped by itself, so it does.
 */
export function alignedBuffer(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes, { maxByteLength: bytes });
}
