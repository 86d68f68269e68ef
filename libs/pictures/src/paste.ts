import assert from 'node:assert/strict';
import { type Mask, type Picture, picture } from '@instgenie/domain';

export interface PasteOptions {
  readonly source: Picture;
  /** Same size as the source. It is taken as opaque: alpha, if it has any, is not looked at. */
  readonly painted: Picture;
  readonly mask: Mask;
  /** One byte a pixel as `featherWeights` makes them; 255 everywhere unless given. Not looked at outside the mask. */
  readonly weights?: Uint8Array;
}

/**
 * The edited picture: outside the mask the source's own bytes, always, alpha too; inside, the painted picture over the
 * source with the pixel's weight as its opacity. Channels are the source's.
 *
 * With weight w, source colour s of alpha a (255 without alpha), painted colour p:
 *   alpha = (255 w + a (255 - w)) / 255,  colour = (255 w p + a (255 - w) s) / (255 w + a (255 - w)),
 * both rounded to the nearest, halves up. Weight 255 gives p and 255 exactly, and weight 0 leaves the source.
 */
export function paste({ source, painted, mask, weights }: PasteOptions): Picture {
  const { width, height, channels } = source;
  assert(painted.width === width && painted.height === height, 'paste: the painted picture has another size');
  assert(mask.width === width && mask.height === height, 'paste: the mask has another size');
  assert(weights === undefined || weights.length === mask.bits.length, 'paste: the weights have another size');
  const data = Uint8Array.from(source.data);
  for (let pixel = 0; pixel < mask.bits.length; pixel++) {
    const weight = weights?.[pixel] ?? 255;
    if (mask.bits[pixel] === 0 || weight === 0) continue;
    const at = pixel * channels;
    const from = pixel * painted.channels;
    const alpha = channels === 4 ? (data[at + 3] ?? 0) : 255;
    const ours = 255 * weight;
    const theirs = alpha * (255 - weight);
    const whole = ours + theirs;
    for (let channel = 0; channel < 3; channel++) {
      const sum = ours * (painted.data[from + channel] ?? 0) + theirs * (data[at + channel] ?? 0);
      data[at + channel] = Math.floor((2 * sum + whole) / (2 * whole));
    }
    if (channels === 4) data[at + 3] = Math.floor((2 * whole + 255) / 510);
  }
  return picture({ width, height, channels, data });
}
