import type { Size } from '@instgenie/domain';
import { codec } from './codec.ts';
import { checkContainer, type DecodeOptions, damaged } from './decode.ts';

/** What a picture's file says of itself. */
export interface PictureHeader extends Size {
  readonly format: 'png' | 'jpeg' | 'webp';
}

/**
 * Format and size of a png, jpeg or webp file as `decodePicture` would give it, EXIF rotation applied, without decoding
 * it: what is damaged after the header is not noticed. Throws `invalid` for all else that `decodePicture` refuses.
 */
export async function readPictureHeader(bytes: Uint8Array, options: DecodeOptions = {}): Promise<PictureHeader> {
  const container = checkContainer(bytes, options);
  try {
    const { autoOrient } = await codec(container.plain(), { limitInputPixels: false }).metadata();
    return { format: container.format, width: autoOrient.width, height: autoOrient.height };
  } catch (cause) {
    throw damaged(container, options.field ?? 'image', cause);
  }
}
