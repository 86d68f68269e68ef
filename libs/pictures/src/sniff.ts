import type { Container } from './container.ts';
import { readJpeg } from './jpeg.ts';
import { readPng } from './png.ts';
import { readWebp } from './webp.ts';

/**
 * The container of a png, jpeg or webp file, or undefined if the bytes are none of these or their header is broken.
 * Reads no pixels and allocates little, whatever the bytes claim.
 */
export function readContainer(bytes: Uint8Array): Container | undefined {
  return readPng(bytes) ?? readJpeg(bytes) ?? readWebp(bytes);
}

/** Formats that people do send and that are not accepted. `at` counts bytes. */
const foreign: readonly { readonly name: string; readonly at: number; readonly magic: string }[] = [
  { name: 'a GIF', at: 0, magic: 'GIF8' },
  { name: 'a TIFF', at: 0, magic: 'II*\0' },
  { name: 'a TIFF', at: 0, magic: 'MM\0*' },
  { name: 'a TIFF', at: 0, magic: 'II+\0' },
  { name: 'a TIFF', at: 0, magic: 'MM\0+' },
  { name: 'a PDF', at: 0, magic: '%PDF' },
  { name: 'an AVIF', at: 4, magic: 'ftypavif' },
  { name: 'a HEIF', at: 4, magic: 'ftyphe' },
  { name: 'a HEIF', at: 4, magic: 'ftypmif1' },
  { name: 'a BMP', at: 0, magic: 'BM' },
  { name: 'a Photoshop file', at: 0, magic: '8BPS' },
  { name: 'a JPEG XL', at: 0, magic: '\xff\x0a' },
  { name: 'a JPEG XL', at: 4, magic: 'JXL ' },
  { name: 'a JPEG 2000', at: 4, magic: 'jP  ' },
  { name: 'a damaged png', at: 0, magic: '\x89PNG' },
  { name: 'a damaged jpeg', at: 0, magic: '\xff\xd8' },
  { name: 'a damaged webp', at: 8, magic: 'WEBP' },
];

/** What bytes without a container look like, with an article: `a GIF`, `an SVG`, `not a picture`. */
export function foreignName(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  const known = foreign.find(({ at, magic }) => start.startsWith(magic, at));
  if (known !== undefined) return known.name;
  if (/<svg[\s/>]/i.test(start)) return 'an SVG';
  return 'not a picture';
}
