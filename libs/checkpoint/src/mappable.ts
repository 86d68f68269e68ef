import { createHash } from 'node:crypto';
import { constants, copyFile, link, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '@instgenie/domain';
import { sweepTemporaries, writeAtomically } from './atomic-file.ts';
import { bytesPerElement, type TensorRef } from './dtype.ts';
import { fingerprint } from './fingerprint.ts';
import { openFile, openSafetensors, type SafetensorsFile } from './safetensors.ts';
import { type TensorSource, writeSafetensors } from './safetensors-writer.ts';
import { byteChunks, floatChunks, isWidenable, unsupportedDtype } from './tensor-data.ts';
import { FileWeights, type Weights } from './weights.ts';

const temporaryIdleMs = 60 * 60 * 1000;

/**
 * The same weights with every float tensor an F32 in a file that lies inside `folder`, so that ONNX Runtime can map them
 * as external data (it refuses paths outside its model's folder). I32 and I64 tensors stay as they are.
 *
 * A file that is all F32 is hard-linked, or copied where it cannot be (another device, no permission); symbolic
 * links would not do. Any other is written again as float32, streaming (some 20 MB of memory), once: `folder` is a
 * cache, whose files are named by a digest of the source's fingerprint (size, header, samples of the values) and
 * its time of change, not by its path. What is there is checked (whole, same tensors) and used again. The source is
 * only read. Any number of processes may do this at once: files appear whole, under their final name, or not at all.
 *
 * Throws `unsupported` for other element types and `overloaded` when the disk is full.
 */
export async function mappableWeights(weights: Weights, folder: string, signal?: AbortSignal): Promise<Weights> {
  await mkdir(folder, { recursive: true });
  await sweepTemporaries(folder, { nowMs: Date.now(), idleMs: temporaryIdleMs });
  const files = new Map<string, SafetensorsFile>();
  for (const file of weights.files) files.set(file.path, await mappableFile(file, folder, signal));
  const refs = new Map<string, TensorRef>();
  for (const name of weights.names()) {
    const ref = files.get(weights.get(name).path)?.tensors.get(name);
    if (ref === undefined) throw new ServiceError('internal', `${folder}: ${name} is missing in the mappable copy`);
    refs.set(name, ref);
  }
  return new FileWeights(folder, [...files.values()], refs);
}

async function mappableFile(file: SafetensorsFile, folder: string, signal?: AbortSignal): Promise<SafetensorsFile> {
  const digest = createHash('sha256')
    .update(`${await fingerprint(file, signal)} ${file.modifiedNs}`)
    .digest('hex')
    .slice(0, 32);
  const path = join(folder, `${digest}.f32.safetensors`);
  const present = await openIfWhole(path, file);
  if (present !== undefined) return present;
  try {
    if (isMappable(file)) await linkOrCopy(file, path);
    else await writeSafetensors(path, widenedTensors(file), signal);
  } catch (thrown) {
    throw diskFull(thrown, { folder, file }) ?? thrown;
  }
  return await openSafetensors(path);
}

/** Aligned, too: old writers did not pad their headers, and a mapped float must lie at a multiple of 4. */
function isMappable(file: SafetensorsFile): boolean {
  return [...file.tensors.values()].every(
    ({ dtype, offset }) => isKept(dtype) && offset % bytesPerElement[dtype] === 0,
  );
}

function isKept(dtype: TensorRef['dtype']): boolean {
  return dtype === 'F32' || dtype === 'I32' || dtype === 'I64';
}

/** What an earlier call left, if it holds all of the source's tensors. A damaged or half-written file is made again. */
async function openIfWhole(path: string, source: SafetensorsFile): Promise<SafetensorsFile | undefined> {
  try {
    const file = await openSafetensors(path);
    const isSame = [...source.tensors.values()].every(({ name, shape }) => {
      const ref = file.tensors.get(name);
      return ref !== undefined && isKept(ref.dtype) && ref.shape.join() === shape.join();
    });
    return isSame ? file : undefined;
  } catch (thrown) {
    if (thrown instanceof ServiceError) return undefined;
    throw thrown;
  }
}

/** A link to a link would lead out of the folder again, so links are followed. */
async function linkOrCopy(file: SafetensorsFile, target: string): Promise<void> {
  const real = await realpath(file.path);
  try {
    await link(real, target);
  } catch {
    // Either another process was faster, or linking is impossible (another device, too many links, others' files), or
    // a damaged file lies there, which the copy replaces.
    if ((await openIfWhole(target, file)) !== undefined) return;
    await writeAtomically(target, (temporary) => copyFile(real, temporary, constants.COPYFILE_FICLONE));
  }
}

/** Checks the types before anything is written, so that a file that cannot be widened leaves no trace. */
function widenedTensors(file: SafetensorsFile): readonly TensorSource[] {
  return [...file.tensors.values()].map((ref) => {
    const { name, dtype, shape } = ref;
    if (isKept(dtype)) return { name, dtype, shape, chunks: () => kept(ref) };
    if (!isWidenable(dtype)) throw unsupportedDtype(ref);
    return { name, dtype: 'F32', shape, chunks: () => widened(ref) };
  });
}

async function* kept(ref: TensorRef): AsyncGenerator<Uint8Array, void> {
  await using handle = await openFile(ref.path);
  yield* byteChunks(handle, ref);
}

async function* widened(ref: TensorRef): AsyncGenerator<Uint8Array, void> {
  await using handle = await openFile(ref.path);
  for await (const floats of floatChunks(handle, ref)) {
    yield new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  }
}

function diskFull(
  thrown: unknown,
  { folder, file }: { readonly folder: string; readonly file: SafetensorsFile },
): ServiceError | undefined {
  if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC')) return undefined;
  const bytes = [...file.tensors.values()].reduce(
    (sum, { shape, dtype, bytes }) => sum + (isKept(dtype) ? bytes : shape.reduce((a, b) => a * b, 4)),
    0,
  );
  return new ServiceError('overloaded', `${folder}: no room for the ${bytes} bytes of ${file.path} as float32`, {
    cause: thrown,
  });
}
