import assert from 'node:assert/strict';
import { type Mask, type Picture, picture } from '@instgenie/domain';
import { overWhite } from './over-white.ts';

/**
 * Pictures of one height next to each other, left to right, with a white gap (in pixels) between them.
 * RGB; transparent pixels are put over white.
 */
export function sideBySide(pictures: readonly Picture[], { gap = 8 }: { readonly gap?: number } = {}): Picture {
  const height = pictures[0]?.height ?? 0;
  assert(height > 0, 'sideBySide: no pictures');
  assert(
    pictures.every((each) => each.height === height),
    'sideBySide: pictures must have the same height',
  );
  assert(Number.isInteger(gap) && gap >= 0, 'sideBySide: the gap must be a whole number of pixels');
  const width = pictures.reduce((sum, each) => sum + each.width, gap * (pictures.length - 1));
  const data = new Uint8Array(width * height * 3).fill(255);
  let left = 0;
  for (const each of pictures) {
    const flat = overWhite(each);
    for (let y = 0; y < height; y++) {
      const line = flat.data.subarray(y * flat.width * 3, (y + 1) * flat.width * 3);
      data.set(line, (y * width + left) * 3);
    }
    left += each.width + gap;
  }
  return picture({ width, height, channels: 3, data });
}

/** The picture in RGB (over white) with its masked pixels half red, to show where an edit may paint. */
export function maskOverlay(source: Picture, mask: Mask): Picture {
  const { width, height } = source;
  assert(mask.width === width && mask.height === height, 'maskOverlay: the mask has another size');
  const data = Uint8Array.from(overWhite(source).data);
  for (let pixel = 0; pixel < mask.bits.length; pixel++) {
    if (mask.bits[pixel] === 0) continue;
    data[pixel * 3] = ((data[pixel * 3] ?? 0) + 256) >> 1;
    data[pixel * 3 + 1] = (data[pixel * 3 + 1] ?? 0) >> 1;
    data[pixel * 3 + 2] = (data[pixel * 3 + 2] ?? 0) >> 1;
  }
  return picture({ width, height, channels: 3, data });
}
