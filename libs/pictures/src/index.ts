export { psnr, ssim } from './compare.ts';
export { type DecodeOptions, decodePicture } from './decode.ts';
export {
  type EditInputs,
  type EditWindow,
  editWindow,
  type InputFiles,
  pasteWindow,
  readEditInputs,
} from './edit-inputs.ts';
export { type EncodeOptions, encodePicture, type PictureFormat } from './encode.ts';
export { cutMask, cutWindow, type PlaceOptions, placeWindow } from './fit.ts';
export { type MaskMode, maskFromAlpha, type ReadMaskOptions, readMask, requireMasked } from './mask-image.ts';
export { type PasteOptions, paste } from './paste.ts';
export { type PictureHeader, readPictureHeader } from './picture-header.ts';
export { resizeMask } from './resize-mask.ts';
export { featherWeights, growMask, shapePixelsMax } from './shape-mask.ts';
export { maskOverlay, sideBySide } from './side-by-side.ts';
export type { DigitalSourceType } from './source-type.ts';
export { chooseWindow, type Window, type WindowRequest } from './windows.ts';
