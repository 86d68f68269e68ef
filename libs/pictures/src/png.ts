import { type Container, joinParts, partsMax } from './container.ts';

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Chunks before the pixels that change them; each at most once. */
const meaningful = new Set(['IHDR', 'PLTE', 'tRNS', 'iCCP', 'eXIf']);
const metadata = new Set(['iCCP', 'eXIf']);
const endChunk = Buffer.from('\0\0\0\0IEND\xae\x42\x60\x82', 'latin1');
/** Length, type and checksum around the data of a chunk. */
const frameBytes = 12;
const pixelsType = Buffer.from('IDAT').readUInt32BE(0);

/**
 * Reads the chunks of a png (PNG specification, third edition, 5). Kept are the meaningful chunks, the one run of
 * pixel chunks and an end; a broken file is left for the decoder to refuse.
 */
export function readPng(bytes: Uint8Array): Container | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length < 33 || !view.subarray(0, 8).equals(signature) || view.toString('latin1', 12, 16) !== 'IHDR') {
    return undefined;
  }
  const size = { width: view.readUInt32BE(16), height: view.readUInt32BE(20) };
  if (size.width === 0 || size.height === 0) return undefined;

  const kept = new Map<string, Uint8Array>();
  let [animated, metadataBytes, count, at] = [false, 0, 0, 8];
  while (at + frameBytes <= view.length) {
    const end = at + frameBytes + view.readUInt32BE(at);
    const type = view.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') break;
    if (++count > partsMax) return undefined;
    if (type === 'acTL') animated = true;
    if (meaningful.has(type) && !kept.has(type)) {
      kept.set(type, view.subarray(at, end));
      if (metadata.has(type)) metadataBytes += end - at;
    }
    at = end;
  }
  const pixels = view.subarray(at, endOfPixels(view, at));
  return {
    format: 'png',
    size,
    animated,
    wide: view[24] !== 16 ? 'no' : isColour(view[25]) ? 'colour' : 'grey',
    metadataBytes,
    plain: () => joinParts(bytes, [signature, ...kept.values(), pixels, endChunk]),
  };
}

/** Colour types 2, 3 and 6 have the bit of colour set. */
function isColour(colourType: number | undefined): boolean {
  return ((colourType ?? 0) & 2) !== 0;
}

/** Where the run of IDAT chunks that begins at `at` ends. */
function endOfPixels(view: Buffer, at: number): number {
  let end = at;
  while (end + frameBytes <= view.length && view.readUInt32BE(end + 4) === pixelsType) {
    end += frameBytes + view.readUInt32BE(end);
  }
  return Math.min(end, view.length);
}
