import type { Picture, Size } from '@instgenie/domain';
import { codec } from './codec.ts';
import { overWhite } from './over-white.ts';
import { refusal, sizeText } from './refusal.ts';
import { type DigitalSourceType, pngWithXmp, sourceTypeXmp } from './source-type.ts';

export type PictureFormat = 'png' | 'jpeg' | 'webp';

export interface EncodeOptions {
  /** 1 (small) to 100 (best) for jpeg and webp; 90 unless told. png has no loss and ignores it. */
  readonly quality?: number;
  /** 0 (fast) to 9 (small) for png; 1 unless told, which takes about half as long as 6. */
  readonly level?: number;
  /** Resizes the picture to this, with Lanczos 3; as it is unless told. */
  readonly size?: Size;
  /** Written into the file as XMP; it changes no pixel. */
  readonly sourceType?: DigitalSourceType;
}

/** Longest side in pixels that each format can hold. */
const sideMax = { png: 2 ** 31 - 1, jpeg: 65_500, webp: 16_383 } as const satisfies Record<PictureFormat, number>;

/**
 * The picture as a file without metadata, but for what `sourceType` says. png is exact, also in pixels that are wholly transparent. jpeg has no
 * alpha: the picture is put over white. webp keeps alpha, and colours under transparent pixels up to its loss.
 * Throws `invalid` for a quality or level out of range and for a side longer than the format can hold.
 */
export async function encodePicture(
  picture: Picture,
  format: PictureFormat,
  { quality = 90, level = 1, size = picture, sourceType }: EncodeOptions = {},
): Promise<Uint8Array> {
  checkRange('quality', quality, 1, 100);
  checkRange('level', level, 0, 9);
  if (Math.max(size.width, size.height) > sideMax[format]) {
    const wrong = `${format} holds at most ${sideMax[format]} pixels a side and this picture is ${sizeText(size)}`;
    throw refusal({ field: 'output_format', wrong, fix: 'ask for png' });
  }
  const { width, height, channels, data } = format === 'jpeg' ? overWhite(picture) : picture;
  const input = codec(data, { raw: { width, height, channels }, limitInputPixels: false });
  if (size.width !== width || size.height !== height) {
    input.resize({ width: size.width, height: size.height, fit: 'fill', kernel: 'lanczos3' });
  }
  const xmp = sourceType === undefined ? undefined : sourceTypeXmp(sourceType);
  if (xmp !== undefined && format !== 'png') input.withXmp(xmp);
  const file = await encoded(input, format, { quality, level }).toBuffer();
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.length);
  return xmp !== undefined && format === 'png' ? pngWithXmp(bytes, xmp) : bytes;
}

function encoded(
  input: ReturnType<typeof codec>,
  format: PictureFormat,
  options: Required<Pick<EncodeOptions, 'quality' | 'level'>>,
) {
  const { quality, level } = options;
  switch (format) {
    case 'png':
      return input.png({ compressionLevel: level, palette: false });
    case 'jpeg':
      // Full colour resolution: an edit is often small and colourful.
      return input.jpeg({ quality, chromaSubsampling: '4:4:4' });
    case 'webp':
      return input.webp({ quality, exact: true });
  }
}

function checkRange(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw refusal({ field, wrong: `${value} is out of range`, fix: `use a whole number from ${least} to ${most}` });
}
