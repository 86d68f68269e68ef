import assert from 'node:assert/strict';
import { type Box, type Mask, mask, type Picture, picture, type Size } from '@instgenie/domain';
import { codec } from './codec.ts';
import { resizeMask } from './resize-mask.ts';
import type { Window } from './windows.ts';

/**
 * What the model sees of a picture: RGB at the window's target size. At level 0 the pixels themselves, the last
 * column and row repeated where the target is larger; else scaled with Lanczos 3. Alpha is left out, not blended: the
 * model sees the colours as they are stored, also under transparent pixels, which are its only hint of what was there.
 */
export async function cutWindow(source: Picture, { box, level, target }: Window): Promise<Picture> {
  checkInside(box, source);
  if (level > 0) return scale(cropRgb(source, { box, target: box }), target);
  return cropRgb(source, { box, target });
}

/**
 * The window's part of a mask at the window's target size. Scaled down, a pixel is masked if any pixel that it covers
 * is, so what the model may change always covers what is masked. Padding is not masked.
 */
export function cutMask(source: Mask, { box, level, target }: Window): Mask {
  checkInside(box, source);
  const size = level > 0 ? box : target;
  const bits = new Uint8Array(size.width * size.height);
  for (let y = 0; y < box.height; y++) {
    const start = (box.top + y) * source.width + box.left;
    bits.set(source.bits.subarray(start, start + box.width), y * size.width);
  }
  return resizeMask(mask({ width: size.width, height: size.height, bits }), target);
}

export interface PlaceOptions {
  readonly picture: Picture;
  readonly window: Window;
  /** What the model made of the window, at its target size. */
  readonly painted: Picture;
}

/**
 * The whole picture in RGB with the painted window in its place: padding cut off at level 0, scaled back with
 * Lanczos 3 else. Ready for `paste`, which takes from it what is masked.
 */
export async function placeWindow({ picture: source, window, painted }: PlaceOptions): Promise<Picture> {
  const { box, level, target } = window;
  checkInside(box, source);
  assert(painted.width === target.width && painted.height === target.height, 'placeWindow: not at the target size');
  const flat = cropRgb(painted, { box: { left: 0, top: 0, ...sizeOf(target) }, target });
  const patch = level > 0 ? await scale(flat, box) : flat;
  const { width, height } = source;
  const { data } = cropRgb(source, { box: { left: 0, top: 0, width, height }, target: source });
  for (let y = 0; y < box.height; y++) {
    const start = y * patch.width * 3;
    data.set(patch.data.subarray(start, start + box.width * 3), ((box.top + y) * width + box.left) * 3);
  }
  return picture({ width, height, channels: 3, data });
}

/** A fresh RGB copy of the box; its last column and row are repeated where the target is larger. */
function cropRgb(source: Picture, { box, target }: { readonly box: Box; readonly target: Size }): Picture {
  const { channels, data: from } = source;
  const { width, height } = target;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const line = (box.top + Math.min(y, box.height - 1)) * source.width + box.left;
    for (let x = 0; x < width; x++) {
      const at = (line + Math.min(x, box.width - 1)) * channels;
      const to = (y * width + x) * 3;
      data[to] = from[at] ?? 0;
      data[to + 1] = from[at + 1] ?? 0;
      data[to + 2] = from[at + 2] ?? 0;
    }
  }
  return picture({ width, height, channels: 3, data });
}

async function scale({ width, height, data }: Picture, target: Size): Promise<Picture> {
  const scaled = await codec(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .resize({ ...sizeOf(target), fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
  const bytes = new Uint8Array(scaled.buffer, scaled.byteOffset, scaled.length);
  return picture({ ...sizeOf(target), channels: 3, data: bytes });
}

function checkInside({ left, top, width, height }: Box, size: Size): void {
  const isInside = left >= 0 && top >= 0 && left + width <= size.width && top + height <= size.height;
  assert(isInside, 'the window belongs to a picture of another size');
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}
