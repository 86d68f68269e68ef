import { type Picture, picture } from '@instgenie/domain';
import { codec } from './codec.ts';
import type { Container } from './container.ts';
import { refusal, sizeText } from './refusal.ts';
import { foreignName, readContainer } from './sniff.ts';

export interface DecodeOptions {
  /** The request field that errors name; `image` unless told. */
  readonly field?: string;
  /** Bytes of the file; 50 MB unless told. */
  readonly bytesMax?: number;
  /** Width times height; 16.8 million unless told, which is a little more than 4096 x 4096. */
  readonly pixelsMax?: number;
  /** Longer side in pixels; 16,384 unless told. Very long pictures take seconds that their few pixels do not show. */
  readonly sideMax?: number;
}

const pixelsMaxUsual = 16_800_000;
/** A colour profile and EXIF have their place; nothing that changes pixels needs more than this. */
const metadataBytesMax = 4_000_000;
/** Bounds files that decode slowly on purpose. */
const decodeSecondsMax = 20;

/**
 * The pixels of a png, jpeg or webp file as 8-bit sRGB: EXIF rotation applied, colour profiles, 16 bits, palettes,
 * grey and CMYK converted, alpha kept if the file has it (4 channels, not premultiplied), nothing else kept.
 * Limits are checked before anything is decoded.
 * Throws `invalid`, naming the field, for other formats, animations, sizes over the limits and damaged files.
 */
export async function decodePicture(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Picture> {
  const { field = 'image', pixelsMax = pixelsMaxUsual } = options;
  const container = checkContainer(bytes, options);
  try {
    const { data, info } = await pixels(container, pixelsMax);
    const { width, height, channels } = info;
    if (channels !== 3 && channels !== 4) throw new Error(`decoded to ${channels} channels`);
    return picture({ width, height, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.length) });
  } catch (cause) {
    throw damaged(container, field, cause);
  }
}

/** A file that is as its header says it is not. */
export function damaged({ format }: Container, field: string, cause: unknown) {
  const wrong = `this ${format} is damaged or cut short and cannot be decoded`;
  return refusal({ field, wrong, fix: 'save it again and send the whole file', cause });
}

/** What a file says of itself, if it is within the limits; throws what `decodePicture` does before it decodes. */
export function checkContainer(bytes: Uint8Array, options: DecodeOptions): Container {
  const { field = 'image', bytesMax = 50_000_000, pixelsMax = pixelsMaxUsual, sideMax = 16_384 } = options;
  if (bytes.length === 0) throw refusal({ field, wrong: 'it is empty', fix: 'send a png, jpeg or webp file' });
  if (bytes.length > bytesMax) {
    const wrong = `it has ${bytes.length} bytes, more than the ${bytesMax} allowed`;
    throw refusal({ field, wrong, fix: 'send a smaller file' });
  }
  const container = readContainer(bytes);
  if (container === undefined) {
    throw refusal({ field, wrong: `it is ${foreignName(bytes)}`, fix: 'send a png, jpeg or webp file' });
  }
  const { format, size, animated, metadataBytes } = container;
  if (animated) throw refusal({ field, wrong: `it is an animated ${format}`, fix: 'send one still picture' });
  if (size.width * size.height > pixelsMax) {
    const wrong = `it is ${sizeText(size)}, more than the ${pixelsMax} pixels allowed`;
    throw refusal({ field, wrong, fix: 'send a smaller picture' });
  }
  if (Math.max(size.width, size.height) > sideMax) {
    const wrong = `it is ${sizeText(size)}, longer than the ${sideMax} pixels a side allowed`;
    throw refusal({ field, wrong, fix: 'send a smaller picture' });
  }
  if (metadataBytes > metadataBytesMax) {
    const wrong = `its colour profile and EXIF have ${metadataBytes} bytes, more than the ${metadataBytesMax} allowed`;
    throw refusal({ field, wrong, fix: 'convert it to sRGB and save it without metadata' });
  }
  return container;
}

function pixels(container: Container, pixelsMax: number) {
  const input = codec(container.plain(), { failOn: 'error', limitInputPixels: pixelsMax, pages: 1 })
    .timeout({ seconds: decodeSecondsMax })
    .autoOrient()
    .toColourspace('srgb');
  // For 16 bits sharp takes profiles to Display P3 (colour) or ignores them (grey); going to 8 bits first avoids both.
  if (container.wide === 'colour') input.pipelineColourspace('srgb');
  if (container.wide === 'grey') input.pipelineColourspace('b-w');
  return input.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
}
