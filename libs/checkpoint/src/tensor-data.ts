import type { FileHandle } from 'node:fs/promises';
import { ServiceError } from '@instgenie/domain';
import { bytesPerElement, type Dtype, type TensorRef } from './dtype.ts';
import { widenBrain, widenHalf } from './half.ts';
import { openFile, readFully } from './safetensors.ts';

/** Elements that are read and widened at once: 8 MiB read, 16 MiB made. */
const elementsAtOnce = 4 * 1024 * 1024;
/** 8 GiB of float32: no layer comes near, and larger arrays only fail with a less helpful text. */
const elementsMax = 2 ** 31;

const widenings = { F16: widenHalf, BF16: widenBrain } as const;

/** Whether values of this type become float32 without rounding. */
export function isWidenable(dtype: Dtype): dtype is 'F32' | 'F16' | 'BF16' {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/** A tensor's values as float32, in its own order. Throws `unsupported` for types that are not F32, F16 or BF16. */
export async function readFloats(handle: FileHandle, ref: TensorRef): Promise<Float32Array> {
  if (!isWidenable(ref.dtype)) throw unsupportedDtype(ref);
  const elements = ref.bytes / bytesPerElement[ref.dtype];
  if (elements > elementsMax) {
    throw new ServiceError('unsupported', `${ref.path}: ${ref.name}: expected at most ${elementsMax} elements`, {
      field: ref.name,
    });
  }
  const values = new Float32Array(elements);
  let at = 0;
  for await (const chunk of floatChunks(handle, ref)) {
    values.set(chunk, at);
    at += chunk.length;
  }
  return values;
}

/**
 * A tensor's values as float32, some megabytes at a time. A chunk is valid until the next one is asked for.
 * Throws `unsupported` for types that are not F32, F16 or BF16.
 */
export async function* floatChunks(handle: FileHandle, ref: TensorRef): AsyncGenerator<Float32Array, void> {
  const { dtype } = ref;
  if (!isWidenable(dtype)) throw unsupportedDtype(ref);
  const elements = ref.bytes / bytesPerElement[dtype];
  const floats = new Float32Array(Math.min(elements, elementsAtOnce));
  const raw = dtype === 'F32' ? new Uint8Array(floats.buffer) : new Uint8Array(floats.length * 2);
  for (let done = 0; done < elements; done += floats.length) {
    const chunk = floats.subarray(0, Math.min(floats.length, elements - done));
    const into = raw.subarray(0, chunk.length * bytesPerElement[dtype]);
    await readFully(handle, { into, at: ref.offset + done * bytesPerElement[dtype], path: ref.path });
    if (dtype !== 'F32') widenings[dtype](new Uint16Array(raw.buffer, 0, chunk.length), chunk);
    yield chunk;
  }
}

/** A tensor's bytes as they are, some megabytes at a time. A chunk is valid until the next one is asked for. */
export async function* byteChunks(handle: FileHandle, ref: TensorRef): AsyncGenerator<Uint8Array, void> {
  const buffer = new Uint8Array(Math.min(ref.bytes, 4 * elementsAtOnce));
  for (let done = 0; done < ref.bytes; done += buffer.length) {
    const into = buffer.subarray(0, Math.min(buffer.length, ref.bytes - done));
    await readFully(handle, { into, at: ref.offset + done, path: ref.path });
    yield into;
  }
}

/** A tensor's bytes as they are. For small tensors of any type; throws `not-found` or `invalid` if the file changed. */
export async function readBytes(ref: TensorRef): Promise<Uint8Array<ArrayBuffer>> {
  await using handle = await openFile(ref.path);
  const bytes = new Uint8Array(ref.bytes);
  await readFully(handle, { into: bytes, at: ref.offset, path: ref.path });
  return bytes;
}

/** The error for values that cannot become float32 without rounding. */
export function unsupportedDtype(ref: TensorRef): ServiceError {
  const { path, name, dtype } = ref;
  return new ServiceError('unsupported', `${path}: ${name}: expected F32, F16 or BF16, found ${dtype}`, {
    field: name,
  });
}
