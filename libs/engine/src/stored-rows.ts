import assert from 'node:assert/strict';
import { nameOfScales } from '@instgenie/diffusion';
import type { StorageType } from '@instgenie/domain';
import { Tensor } from 'onnxruntime-node';
import type { StoredData, StoredRows } from './activations.ts';
import type { TrackContext } from './track.ts';

/** Stored rows as inputs of a graph: `name`, and for int8 the scales. */
export function storedFeeds(name: string, { data, scales }: StoredRows, width: number): Record<string, Tensor> {
  const feeds = { [name]: dataTensor(data, [data.length / width, width]) };
  return scales === undefined ? feeds : { ...feeds, [nameOfScales(name)]: scalesTensor(scales) };
}

/** No stored rows: where a block computes all keys and values, or there is no request. */
export function blankRows(storage: StorageType): StoredRows {
  if (storage === 'int8') return { data: new Int8Array(), scales: new Float32Array() };
  return { data: storage === 'fp16' ? new Uint16Array() : new Float32Array(), scales: undefined };
}

/** Brings rows [tokens, width] into the form they are stored in. */
export async function narrow(
  { sessions, denoiser }: TrackContext,
  rows: Float32Array,
  into: StoredRows,
): Promise<void> {
  if (denoiser.conversion === undefined) {
    into.data.set(rows);
    return;
  }
  const dims = [rows.length / denoiser.width, denoiser.width];
  const { data, data_scales: scales } = storedFeeds('data', into, denoiser.width);
  assert(data !== undefined);
  const results = scales === undefined ? { data } : { data, scales };
  await sessions.run(denoiser.conversion.narrow, { rows: new Tensor('float32', rows, dims) }, results);
}

/** Stored rows as float32 [tokens, width]: themselves, or brought back into memory named `name`. */
export async function widen(
  { sessions, denoiser, buffers }: TrackContext,
  stored: StoredRows,
  name: string,
): Promise<Float32Array> {
  if (denoiser.conversion === undefined) {
    assert(stored.data instanceof Float32Array);
    return stored.data;
  }
  const { length } = stored.data;
  const rows = buffers.take(name, length);
  const result = new Tensor('float32', rows, [length / denoiser.width, denoiser.width]);
  const feeds = storedFeeds('data', stored, denoiser.width);
  await sessions.run(denoiser.conversion.widen, feeds, { rows: result });
  return rows;
}

function dataTensor(data: StoredData, dims: readonly number[]): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, dims);
  return data instanceof Int8Array ? new Tensor('int8', data, dims) : new Tensor('float16', data, dims);
}

function scalesTensor(scales: Float32Array): Tensor {
  return new Tensor('float32', scales, [scales.length]);
}
