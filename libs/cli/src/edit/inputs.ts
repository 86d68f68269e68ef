import { type Mask, maskBox, type Picture, ServiceError } from '@instgenie/domain';
import {
  chooseWindow,
  cutMask,
  cutWindow,
  decodePicture,
  featherWeights,
  growMask,
  type MaskMode,
  maskFromAlpha,
  readMask,
  requireMasked,
  type Window,
} from '@instgenie/pictures';
import { pictureBytesMax, readPictureFile } from '../read-file.ts';

export interface InputRequest {
  /** The picture's file. */
  readonly image: Uint8Array;
  readonly mask?: string | undefined;
  readonly maskMode: MaskMode;
  readonly maskSize: 'refuse' | 'resize';
  /** Pixels the mask is grown by, then feathered by inside. */
  readonly grow: number;
  readonly feather: number;
}

/** A picture and what may change of it. */
export interface EditInputs {
  readonly source: Picture;
  /** Never empty. */
  readonly mask: Mask;
  /** For `paste`. */
  readonly weights: Uint8Array;
}

/** The inputs and the part of them that a model sees. */
export interface EditJob extends EditInputs {
  readonly window: Window;
  /** The window's pixels and mask at the size the model runs at. */
  readonly picture: Picture;
  readonly windowMask: Mask;
}

/** Decodes the picture and reads the mask. Throws `not-found` or `invalid`, naming image or mask. */
export async function readInputs(request: InputRequest): Promise<EditInputs> {
  const source = await decodePicture(request.image);
  const mask = growMask(requireMasked(await readMaskOf(source, request)), request.grow);
  return { source, mask, weights: featherWeights(mask, request.feather) };
}

/** Chooses the window for a model whose longest side in pixels is `modelSide`. */
export async function planJob(inputs: EditInputs, modelSide: number): Promise<EditJob> {
  const { source, mask } = inputs;
  const { width, height } = source;
  const box = maskBox(mask) ?? { left: 0, top: 0, width, height };
  const window = chooseWindow({ size: { width, height }, maskBox: box, modelSide });
  return { ...inputs, window, picture: await cutWindow(source, window), windowMask: cutMask(mask, window) };
}

async function readMaskOf(source: Picture, { mask, maskMode, maskSize }: InputRequest): Promise<Mask> {
  if (mask !== undefined) {
    const options = { mode: maskMode, size: source, onSizeMismatch: maskSize, bytesMax: pictureBytesMax };
    return await readMask(await readPictureFile(mask, 'mask'), options);
  }
  if (source.channels === 4) return maskFromAlpha(source);
  const fix = 'pass --mask FILE (white where the picture may change), or a picture that is transparent there';
  throw new ServiceError('invalid', `mask: there is none; ${fix}`, { field: 'mask' });
}
