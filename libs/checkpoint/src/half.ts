const exponentBits = 0x1f;
const fractionBits = 0x3ff;

/**
 * The bits of the float32 that equals a float16's bits: every float16 has one, so nothing is rounded.
 * Layout: sign 1, exponent 5 (bias 15), fraction 10 -> sign 1, exponent 8 (bias 127), fraction 23.
 */
function widenedBits(half: number): number {
  const sign = (half >>> 15) << 31;
  const exponent = (half >>> 10) & exponentBits;
  const fraction = half & fractionBits;
  if (exponent === exponentBits) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal: fraction * 2^-24. Its highest bit becomes the implicit one of a normal float32.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & fractionBits) << 13);
}

/** All 65,536 answers: a look-up widens about a gigabyte a second. Filled at the first call. */
let table: Uint32Array | undefined;
function halfTable(): Uint32Array {
  table ??= Uint32Array.from({ length: 0x10000 }, (_, half) => widenedBits(half));
  return table;
}

/** Writes the float32 of each float16 (IEEE binary16, as bits) into `into`, exactly. NaNs keep their payload. */
export function widenHalf(halves: Uint16Array, into: Float32Array): void {
  const bits = new Uint32Array(into.buffer, into.byteOffset, into.length);
  const answers = halfTable();
  for (let at = 0; at < halves.length; at++) bits[at] = answers[halves[at] ?? 0] ?? 0;
}

/** Writes the float32 of each bfloat16 (as bits) into `into`, exactly: a bfloat16 is a float32's upper half. */
export function widenBrain(brains: Uint16Array, into: Float32Array): void {
  const bits = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let at = 0; at < brains.length; at++) bits[at] = (brains[at] ?? 0) << 16;
}
