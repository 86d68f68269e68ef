/** Bytes of one element. Types below one byte are left out: nothing here reads them. */
export const bytesPerElement = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
  C64: 8,
} as const;

/** Element types of a safetensors file that are understood, by the names it uses. */
export type Dtype = keyof typeof bytesPerElement;

export function isDtype(text: string): text is Dtype {
  return Object.hasOwn(bytesPerElement, text);
}

/** Where a tensor's values lie: `bytes` bytes from the absolute `offset` in the file `path`, little-endian, row-major. */
export interface TensorRef {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

/** How many elements a shape holds; NaN once the product is no exact integer any more. */
export function elementsOf(shape: readonly number[]): number {
  const product = shape.reduce((elements, side) => elements * side, 1);
  return Number.isSafeInteger(product) ? product : Number.NaN;
}
