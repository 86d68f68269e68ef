import { ServiceError } from '@instgenie/domain';
import { bytesPerElement, type Dtype, elementsOf, isDtype, type TensorRef } from './dtype.ts';
import { JsonCursor } from './json-cursor.ts';

/** The format's own cap. */
export const headerBytesMax = 100_000_000;
/** Large published models have some thousand tensors. */
const tensorsMax = 100_000;
const dimensionsMax = 16;

interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The file that a header belongs to: its name for errors and its whole size. */
export interface HeaderPlace {
  readonly path: string;
  readonly fileBytes: number;
}

/**
 * The tensors that a safetensors header declares, in its order. `header` is the JSON after the 8 length bytes.
 *
 * The file is untrusted: everything is checked here, so that a ref can be read without looking again. Throws `invalid`
 * (naming file, key, what was expected and found), or `unsupported` for an element type that is not understood.
 * A parser for this one shape instead of JSON.parse, which keeps the last of two equal keys and builds whatever
 * a hostile 100 MB of JSON asks for.
 */
export function parseHeader(header: Uint8Array, place: HeaderPlace): ReadonlyMap<string, TensorRef> {
  if (header[0] !== 0x7b) throw new ServiceError('invalid', `${place.path}: header: expected it to begin with "{"`);
  const cursor = new JsonCursor(header, `${place.path}: header`);
  const entries = new Map<string, Entry>();
  cursor.object((name) => {
    if (name === '__metadata__') return skipMetadata(cursor);
    if (name === '__proto__') cursor.fail(name, 'is no name for a tensor');
    if (entries.has(name)) cursor.fail(name, 'appears twice');
    if (entries.size >= tensorsMax) cursor.fail(name, `is one more than the ${tensorsMax} tensors that are allowed`);
    entries.set(name, readEntry(name, cursor));
  });
  cursor.end();
  return refsOf([...entries.values()], { place, dataStart: 8 + header.length });
}

function readEntry(name: string, cursor: JsonCursor): Entry {
  let dtype: Dtype | undefined;
  let shape: readonly number[] | undefined;
  let offsets: readonly number[] | undefined;
  cursor.object((key) => {
    if (key === 'dtype' && dtype === undefined) dtype = readDtype(name, cursor);
    else if (key === 'shape' && shape === undefined) shape = cursor.integers(dimensionsMax);
    else if (key === 'data_offsets' && offsets === undefined) offsets = cursor.integers(2);
    else cursor.fail(name, `expected dtype, shape and data_offsets, once each, found ${JSON.stringify(key)}`);
  });
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    return cursor.fail(name, 'expected dtype, shape and data_offsets');
  }
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || end < begin) {
    return cursor.fail(name, `expected ascending data_offsets [begin, end], found [${offsets.join(', ')}]`);
  }
  const bytes = elementsOf(shape) * bytesPerElement[dtype];
  if (end - begin !== bytes) {
    const needed = Number.isNaN(bytes) ? '2^53 or more' : bytes;
    cursor.fail(name, `${dtype} [${shape.join(', ')}] needs ${needed} bytes, data_offsets hold ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function readDtype(name: string, cursor: JsonCursor): Dtype {
  const text = cursor.string();
  if (isDtype(text)) return text;
  throw new ServiceError(
    'unsupported',
    `${cursor.label}: ${JSON.stringify(name)}: unknown dtype ${JSON.stringify(text)}, expected one of ` +
      Object.keys(bytesPerElement).join(', '),
    { field: name },
  );
}

/** Metadata is any number of string pairs; nothing here needs them, so they are checked and not kept. */
function skipMetadata(cursor: JsonCursor): void {
  cursor.object(() => cursor.skipString());
}

/** Tensors must cover the data from its first byte to the file's last, without a hole or an overlap. */
function refsOf(
  entries: readonly Entry[],
  { place, dataStart }: { readonly place: HeaderPlace; readonly dataStart: number },
): ReadonlyMap<string, TensorRef> {
  const { path, fileBytes } = place;
  let at = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      const what = begin < at ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw new ServiceError(
        'invalid',
        `${path}: ${JSON.stringify(name)} ${what}: expected to begin at ${at}, found ${begin}`,
        { field: name },
      );
    }
    at = end;
  }
  if (dataStart + at !== fileBytes) {
    const what = dataStart + at > fileBytes ? 'is truncated' : 'has bytes after its last tensor';
    throw new ServiceError('invalid', `${path} ${what}: expected ${dataStart + at} bytes, found ${fileBytes}`);
  }
  return new Map(
    entries.map(({ name, dtype, shape, begin, end }) => [
      name,
      { name, dtype, shape, path, offset: dataStart + begin, bytes: end - begin },
    ]),
  );
}
