import assert from 'node:assert/strict';
import { type Mask, maskBox, type Picture } from '@instgenie/domain';
import { cutMask, cutWindow, maskOverlay, psnr, sideBySide, ssim, type Window } from '@instgenie/pictures';

/** How alike two results of one edit are. */
export interface Likeness {
  /** In the box around the mask; 1 if equal. */
  readonly ssimInBox: number;
  /** In dB over the masked pixels; Infinity if equal. */
  readonly psnrInMask: number;
}

export function likeness(a: Picture, b: Picture, mask: Mask): Likeness {
  return { ssimInBox: ssim(a, b, maskBox(mask)), psnrInMask: psnr(a, b, mask) };
}

/** How many bytes of pixels outside the mask differ. Anything but 0 breaks a promise. */
export function bytesChangedOutside(source: Picture, result: Picture, { bits }: Mask): number {
  assert(source.channels === result.channels && source.data.length === result.data.length, 'other size or channels');
  let changed = 0;
  for (const [pixel, bit] of bits.entries()) {
    if (bit !== 0) continue;
    for (let at = pixel * source.channels; at < (pixel + 1) * source.channels; at++) {
      if (source.data[at] !== result.data[at]) changed++;
    }
  }
  return changed;
}

export interface ComparedPictures {
  readonly source: Picture;
  readonly mask: Mask;
  readonly window: Window;
  /** As large as the source, shown after source and mask. */
  readonly results: readonly Picture[];
}

/** Source, mask and results side by side: of large pictures the window alone, at the size the model saw it. */
export async function comparePicture({ source, mask, window, results }: ComparedPictures): Promise<Picture> {
  const { box, level } = window;
  const view = level > 0 ? window : { box, level, target: { width: box.width, height: box.height } };
  const [seen, ...painted] = await Promise.all([source, ...results].map((each) => cutWindow(each, view)));
  assert(seen !== undefined);
  return sideBySide([seen, maskOverlay(seen, cutMask(mask, view)), ...painted]);
}
