import type { Size } from '@instgenie/domain';

/** What a picture file says about itself, known before anything is decoded. */
export interface Container {
  readonly format: 'png' | 'jpeg' | 'webp';
  /** As stored: EXIF rotation is not applied. */
  readonly size: Size;
  readonly animated: boolean;
  /** The kind of pixels where the decoder has to know it: 16 bits a channel, with or without colour. */
  readonly wide: 'no' | 'grey' | 'colour';
  /** Bytes of colour profile and EXIF, the only metadata that matter to pixels. */
  readonly metadataBytes: number;
  /** The same pixels in a file without text, XMP, previews and unknown chunks. The bytes themselves if there are none. */
  readonly plain: () => Uint8Array;
}

/** More parts than any program writes beside the pixels. A file with more is refused before it takes time to read. */
export const partsMax = 4096;

/** The parts that were kept as one file: the bytes themselves if nothing was left out. */
export function joinParts(bytes: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const isWhole = parts.reduce((sum, part) => sum + part.length, 0) === bytes.length;
  return isWhole ? bytes : Buffer.concat(parts);
}
