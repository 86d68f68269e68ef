import { type Mask, maskBox, type Picture } from '@instgenie/domain';
import { decodePicture } from './decode.ts';
import { cutMask, cutWindow, placeWindow } from './fit.ts';
import { type MaskMode, maskFromAlpha, maskFromAlphaOrAll, readMask, requireMasked } from './mask-image.ts';
import { paste } from './paste.ts';
import { featherWeights, growMask } from './shape-mask.ts';
import { chooseWindow, type Window } from './windows.ts';

export interface InputFiles {
  /** The picture's file. */
  readonly image: Uint8Array;
  /** The mask's file; without it the picture is edited where it is transparent. */
  readonly mask?: Uint8Array;
  readonly maskMode: MaskMode;
  readonly onSizeMismatch: 'refuse' | 'resize';
  /** Without a mask, of a picture that is not transparent anywhere: `all` of it is edited. `refuse` unless told. */
  readonly onOpaque?: 'refuse' | 'all';
  /** Pixels the mask is grown by, then feathered by inside. */
  readonly grow: number;
  readonly feather: number;
  /** Bytes of either file. */
  readonly bytesMax: number;
}

/** A picture and what may change of it. */
export interface EditInputs {
  readonly source: Picture;
  /** Never empty. */
  readonly mask: Mask;
  /** For `paste`. */
  readonly weights: Uint8Array;
}

/** The part of a picture and its mask that a model sees, at the size that it runs at. */
export interface EditWindow {
  readonly window: Window;
  readonly picture: Picture;
  readonly windowMask: Mask;
}

/** Decodes a picture and reads its mask. Throws `invalid`, naming `image` or `mask`. */
export async function readEditInputs(files: InputFiles): Promise<EditInputs> {
  const { bytesMax, grow, feather } = files;
  const source = await decodePicture(files.image, { bytesMax });
  const mask = growMask(requireMasked(await maskOf(source, files)), grow);
  return { source, mask, weights: featherWeights(mask, feather) };
}

/** Chooses the window for a model whose longest side in pixels is `modelSide`. */
export async function editWindow(
  { source, mask }: Pick<EditInputs, 'source' | 'mask'>,
  modelSide: number,
): Promise<EditWindow> {
  const { width, height } = source;
  const box = maskBox(mask) ?? { left: 0, top: 0, width, height };
  const window = chooseWindow({ size: { width, height }, maskBox: box, modelSide });
  return { window, picture: await cutWindow(source, window), windowMask: cutMask(mask, window) };
}

/** The whole picture with what a model painted in its window; outside the mask every byte is the source's. */
export async function pasteWindow(
  { source, mask, weights, window }: EditInputs & Pick<EditWindow, 'window'>,
  painted: Picture,
): Promise<Picture> {
  return paste({ source, painted: await placeWindow({ picture: source, window, painted }), mask, weights });
}

async function maskOf(
  source: Picture,
  { mask, maskMode, onSizeMismatch, onOpaque, bytesMax }: InputFiles,
): Promise<Mask> {
  if (mask === undefined) return onOpaque === 'all' ? maskFromAlphaOrAll(source) : maskFromAlpha(source);
  return await readMask(mask, { mode: maskMode, size: source, onSizeMismatch, bytesMax });
}
