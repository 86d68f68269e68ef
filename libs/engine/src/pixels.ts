import { type Mask, type Picture, picture, type Size } from '@instgenie/domain';

/** Bytes to the autoencoder's range: float32 [3, height, width] in [-1, 1]; masked pixels become 0. */
export function toPixels(source: Picture, mask?: Mask): Float32Array {
  const { width, height, channels, data } = source;
  const area = width * height;
  const pixels = new Float32Array(3 * area);
  for (let at = 0; at < area; at++) {
    if (mask !== undefined && mask.bits[at] !== 0) continue;
    for (let channel = 0; channel < 3; channel++) {
      pixels[channel * area + at] = 2 * Math.fround((data[at * channels + channel] ?? 0) / 255) - 1;
    }
  }
  return pixels;
}

/** The reverse: clamped, rounded to the nearest byte. */
export function toPicture(pixels: Float32Array, { width, height }: Size): Picture {
  const area = width * height;
  const data = new Uint8Array(3 * area);
  for (let at = 0; at < area; at++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = (pixels[channel * area + at] ?? 0) / 2 + 0.5;
      data[at * 3 + channel] = Math.round(Math.min(Math.max(value, 0), 1) * 255);
    }
  }
  return picture({ width, height, channels: 3, data });
}
