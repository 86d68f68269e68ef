import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { appendFully, writeAtomically } from './atomic-file.ts';
import { bytesPerElement, type Dtype, elementsOf } from './dtype.ts';

/** Data of a written file begins at a multiple of this many bytes. */
export const alignmentBytes = 64;

/** A tensor to write. `chunks` gives its bytes in order; each chunk is used up before the next is asked for. */
export interface TensorSource {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly chunks: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * Writes a safetensors file, streaming and atomically: `path` is either whole or absent.
 *
 * Tensors whose size is a multiple of 64 bytes come first, then those of 32, 16 and so on, and data begin at a multiple
 * of 64: so each lies at a multiple of 64 bytes, or of what its own size is a multiple of. (The format allows no holes.)
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorSource[],
  signal?: AbortSignal,
): Promise<void> {
  const ordered = tensors.toSorted((a, b) => alignmentOf(b) - alignmentOf(a));
  await writeAtomically(path, async (temporary) => {
    await using handle = await open(temporary, 'wx');
    await appendFully(handle, headerOf(ordered));
    for (const tensor of ordered) {
      let bytes = 0;
      for await (const chunk of tensor.chunks()) {
        signal?.throwIfAborted();
        await appendFully(handle, chunk);
        bytes += chunk.length;
      }
      assert.equal(bytes, bytesOf(tensor), `${tensor.name}: chunks do not fill its shape`);
    }
  });
}

/** The 8 length bytes and the JSON, padded with spaces so that data begin aligned. */
function headerOf(tensors: readonly TensorSource[]): Uint8Array {
  let at = 0;
  const entries = tensors.map((tensor) => {
    const begin = at;
    at += bytesOf(tensor);
    const { name, dtype, shape } = tensor;
    return [name, { dtype, shape, data_offsets: [begin, at] }] as const;
  });
  assert.equal(new Set(entries.map(([name]) => name)).size, entries.length, 'writeSafetensors: a name appears twice');
  const json = Buffer.from(JSON.stringify(Object.fromEntries([['__metadata__', { format: 'pt' }], ...entries])));
  const header = Buffer.alloc(Math.ceil((8 + json.length) / alignmentBytes) * alignmentBytes, ' ');
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);
  return header;
}

function bytesOf({ dtype, shape }: TensorSource): number {
  return elementsOf(shape) * bytesPerElement[dtype];
}

/** The highest power of two, up to 64, that divides a tensor's size. */
function alignmentOf(tensor: TensorSource): number {
  const bytes = bytesOf(tensor);
  let alignment = alignmentBytes;
  while (bytes % alignment !== 0) alignment /= 2;
  return alignment;
}
