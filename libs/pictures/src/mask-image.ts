import { type Mask, mask, maskedPixels, type Picture, type Size } from '@instgenie/domain';
import { type DecodeOptions, decodePicture } from './decode.ts';
import { refusal, sizeText } from './refusal.ts';
import { resizeMask } from './resize-mask.ts';

/**
 * Which pixels of a mask picture say "edit here". `white`: luminance of 128 and more; `black`: the others;
 * `alpha`: alpha below 128; `auto`: `alpha` if that tells pixels apart, else `white`.
 * `white` and `black` look at colours only, also under transparent pixels.
 */
export type MaskMode = 'auto' | 'white' | 'black' | 'alpha';

export interface ReadMaskOptions extends DecodeOptions {
  readonly mode: MaskMode;
  /** Of the picture to edit, after its EXIF rotation. */
  readonly size: Size;
  /** `refuse` unless told; `resize` follows `resizeMask`. */
  readonly onSizeMismatch?: 'refuse' | 'resize';
}

const threshold = 128;

/**
 * The mask in a png, jpeg or webp file of at most 4 MB (unless told), at the size of the picture.
 * It may be empty or full; see `requireMasked`.
 * Throws `invalid` for files that do not decode, for another size, and for `alpha` without an alpha channel.
 */
export async function readMask(bytes: Uint8Array, options: ReadMaskOptions): Promise<Mask> {
  const { mode, size, onSizeMismatch = 'refuse', field = 'mask', bytesMax = 4_000_000, ...limits } = options;
  const source = await decodePicture(bytes, { ...limits, field, bytesMax });
  if (mode === 'alpha' && source.channels === 3) {
    const fix = 'send a png that is transparent where the picture may change, or another mask mode';
    throw refusal({ field, wrong: 'it has no alpha channel to read the mask from', fix });
  }
  const isSameSize = source.width === size.width && source.height === size.height;
  if (!isSameSize && onSizeMismatch === 'refuse') {
    const wrong = `it is ${sizeText(source)} and the picture is ${sizeText(size)}`;
    throw refusal({ field, wrong, fix: `send a mask of ${sizeText(size)}` });
  }
  return resizeMask(maskOf(source, mode), size);
}

/**
 * The mask of an edit that came without one: the picture's own alpha, edit where it is below 128.
 * Throws `invalid` if the picture has no alpha.
 */
export function maskFromAlpha(source: Picture): Mask {
  if (source.channels === 3) {
    const fix = 'send one, or a picture that is transparent where it may change';
    throw refusal({ field: 'mask', wrong: 'there is none and the picture has no alpha channel', fix });
  }
  return alphaMask(source);
}

/** The mask of an edit that came without one: the picture's alpha if that masks anything, else all of it. */
export function maskFromAlphaOrAll(source: Picture): Mask {
  const byAlpha = source.channels === 4 ? alphaMask(source) : undefined;
  if (byAlpha?.bits.includes(1) === true) return byAlpha;
  const { width, height } = source;
  return mask({ width, height, bits: new Uint8Array(width * height).fill(1) });
}

/**
 * The mask itself if any pixel is masked; a full mask and a single pixel are fine.
 * Throws `invalid` for an empty one, which is nearly always a mask of the opposite meaning.
 */
export function requireMasked(candidate: Mask, field = 'mask'): Mask {
  if (maskedPixels(candidate) > 0) return candidate;
  const fix = 'mark at least one, or check the mask mode (white, black or alpha)';
  throw refusal({ field, wrong: 'it lets no pixel change', fix });
}

function maskOf(source: Picture, mode: MaskMode): Mask {
  switch (mode) {
    case 'white':
      return whiteMask(source);
    case 'black':
      return inverse(whiteMask(source));
    case 'alpha':
      return alphaMask(source);
    case 'auto': {
      const byAlpha = source.channels === 4 ? alphaMask(source) : undefined;
      const isTelling = byAlpha !== undefined && byAlpha.bits.includes(0) && byAlpha.bits.includes(1);
      return isTelling ? byAlpha : whiteMask(source);
    }
  }
}

function whiteMask({ width, height, channels, data }: Picture): Mask {
  const bits = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < bits.length; pixel++, at += channels) {
    // Rec. 601 luma in 16-bit fixed point. The weights sum to 65536, so the luma of grey is its value.
    const luma = (19595 * (data[at] ?? 0) + 38470 * (data[at + 1] ?? 0) + 7471 * (data[at + 2] ?? 0) + 32768) >> 16;
    bits[pixel] = luma >= threshold ? 1 : 0;
  }
  return mask({ width, height, bits });
}

function alphaMask({ width, height, data }: Picture): Mask {
  const bits = new Uint8Array(width * height);
  for (let pixel = 0; pixel < bits.length; pixel++) bits[pixel] = (data[pixel * 4 + 3] ?? 0) < threshold ? 1 : 0;
  return mask({ width, height, bits });
}

function inverse({ width, height, bits }: Mask): Mask {
  return mask({ width, height, bits: bits.map((bit) => 1 - bit) });
}
