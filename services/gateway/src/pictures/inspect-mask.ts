import assert from 'node:assert/strict';
import { type Mask, mask, maskBox, maskedPixels, maskedRows, type Picture, tokenSide } from '@instgenie/domain';
import {
  chooseWindow,
  cutMask,
  decodePicture,
  growMask,
  maskFromAlpha,
  readMask,
  readPictureHeader,
  requireMasked,
} from '@instgenie/pictures';
import type { MaskCall, MaskFacts, PictureSetup } from './picture-protocol.ts';

/** Reads a mask as workers do, and says what it comes to. Throws `invalid`, naming the field of picture or mask. */
export async function inspectMask(call: MaskCall, limits: PictureSetup): Promise<MaskFacts> {
  const { marked, from } = await readMarked(call, limits);
  const grown = growMask(requireMasked(marked, call.fields.mask), call.grow);
  const { width, height } = grown;
  const box = maskBox(grown);
  assert(box !== undefined, 'a grown mask has a masked pixel');
  const window = chooseWindow({ size: { width, height }, maskBox: box, modelSide: call.modelSide });
  const masked = maskedPixels(grown);
  return {
    width,
    height,
    from,
    maskRatio: masked / (width * height),
    window: { box: window.box, level: window.level },
    maskedTokens: maskedRows(cutMask(grown, window)).length,
    tokens: (window.target.width * window.target.height) / tokenSide ** 2,
    warnings: warningsOf({ isWhole: masked === width * height, from, level: window.level }),
  };
}

async function readMarked(
  { picture, mask: file, mode, fields }: MaskCall,
  { bytesMax, maskBytesMax }: PictureSetup,
): Promise<{ readonly marked: Mask; readonly from: MaskFacts['from'] }> {
  const options = { field: fields.picture, bytesMax };
  if (file === undefined) return fromPicture(await decodePicture(picture, options));
  const size = picture instanceof Uint8Array ? await readPictureHeader(picture, options) : picture;
  return { marked: await readMask(file, { mode, size, field: fields.mask, bytesMax: maskBytesMax }), from: 'mask' };
}

function fromPicture(source: Picture): { readonly marked: Mask; readonly from: 'alpha' | 'nowhere' } {
  const seen = source.channels === 4 ? maskFromAlpha(source) : undefined;
  if (seen !== undefined && maskedPixels(seen) > 0) return { marked: seen, from: 'alpha' };
  const { width, height } = source;
  return { marked: mask({ width, height, bits: new Uint8Array(width * height).fill(1) }), from: 'nowhere' };
}

function warningsOf({
  isWhole,
  from,
  level,
}: {
  readonly isWhole: boolean;
  readonly from: MaskFacts['from'];
  readonly level: number;
}): readonly string[] {
  const all = 'all of it may change, and nothing is saved';
  const warnings: string[] = [];
  if (from === 'nowhere') warnings.push(`there is no mask, and nothing of the picture is transparent: ${all}`);
  else if (isWhole) warnings.push(`the mask covers the whole picture: ${all}`);
  if (level > 0) {
    warnings.push(`what may change is larger than the model's size: it is painted at 1/${2 ** level} and scaled up`);
  }
  return warnings;
}
