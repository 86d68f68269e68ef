import { type Mask, mask } from '@instgenie/domain';
import { squaredDistanceRows } from './distance.ts';
import { refusal } from './refusal.ts';

/** Pixels a mask may be grown or feathered by. */
export const shapePixelsMax = 4096;

/**
 * The mask with every pixel that lies within `pixels` of a masked one (a disc, measured between centres).
 * Throws `invalid` if `pixels` is not a whole number from 0 to `shapePixelsMax`.
 */
export function growMask(source: Mask, pixels: number): Mask {
  checkPixels('grow_mask', pixels);
  if (pixels === 0) return source;
  const { width, height } = source;
  const bits = new Uint8Array(width * height);
  let at = 0;
  for (const row of squaredDistanceRows(source, { to: 1, reach: pixels })) {
    for (const distance of row) bits[at++] = distance <= pixels * pixels ? 1 : 0;
  }
  return mask({ width, height, bits });
}

/**
 * How much of the painted picture each pixel takes, 0 to 255. Outside the mask always 0. Inside it rises in proportion
 * to the distance from the mask's border and is 255 from `pixels` inside on, never below 1; with 0 pixels it is 255.
 * The border of the picture is not a border of the mask.
 * Throws `invalid` if `pixels` is not a whole number from 0 to `shapePixelsMax`.
 */
export function featherWeights(source: Mask, pixels: number): Uint8Array {
  checkPixels('feather', pixels);
  const weights = new Uint8Array(source.width * source.height);
  let at = 0;
  // A pixel at the border is at distance 1 of the nearest one outside, so 255 is reached at distance pixels + 1.
  for (const row of squaredDistanceRows(source, { to: 0, reach: pixels + 1 })) {
    for (const distance of row) {
      const weight = Math.round((255 * Math.sqrt(distance)) / (pixels + 1));
      weights[at++] = distance === 0 ? 0 : Math.min(Math.max(weight, 1), 255);
    }
  }
  return weights;
}

function checkPixels(field: string, pixels: number): void {
  if (Number.isInteger(pixels) && pixels >= 0 && pixels <= shapePixelsMax) return;
  const fix = `use a whole number of pixels from 0 to ${shapePixelsMax}`;
  throw refusal({ field, wrong: `${pixels} is out of range`, fix });
}
