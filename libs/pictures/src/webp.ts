import type { Size } from '@instgenie/domain';
import { type Container, joinParts, partsMax } from './container.ts';

/** Chunks that change pixels; each at most once. */
const meaningful = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ICCP', 'EXIF']);
const metadata = new Set(['ICCP', 'EXIF']);
const riffHeaderBytes = 12;
/** Bits of the first byte of VP8X. */
const animationFlag = 0x02;
const xmpFlag = 0x04;

/** Reads the chunks of a webp (WebP container specification). A broken file is left for the decoder to refuse. */
export function readWebp(bytes: Uint8Array): Container | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length < 26 || view.toString('latin1', 0, 4) !== 'RIFF' || view.toString('latin1', 8, 12) !== 'WEBP') {
    return undefined;
  }
  const size = sizeOf(view);
  if (size === undefined) return undefined;

  const kept = new Map<string, Uint8Array>();
  let [animated, metadataBytes, count, at] = [false, 0, 0, riffHeaderBytes];
  while (at + 8 <= view.length && !animated) {
    if (++count > partsMax) return undefined;
    const type = view.toString('latin1', at, at + 4);
    const length = view.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    if (type === 'ANIM' || type === 'ANMF') animated = true;
    if (type === 'VP8X' && ((view[at + 8] ?? 0) & animationFlag) !== 0) animated = true;
    if (meaningful.has(type) && !kept.has(type)) {
      kept.set(type, view.subarray(at, end));
      if (metadata.has(type)) metadataBytes += end - at;
    }
    at = end;
  }
  return {
    format: 'webp',
    size,
    animated,
    wide: 'no',
    metadataBytes,
    plain: () => {
      const parts = [view.subarray(0, riffHeaderBytes), ...kept.values()];
      const joined = joinParts(bytes, parts);
      return joined === bytes ? bytes : corrected(Buffer.from(joined), { isCut: at > view.length });
    },
  };
}

/** Width and height from the first chunk, whichever of the three kinds it is. */
function sizeOf(view: Buffer): Size | undefined {
  const data = riffHeaderBytes + 8;
  const type = view.toString('latin1', 12, 16);
  if (type !== 'VP8L' && view.length < data + 10) return undefined;
  switch (type) {
    case 'VP8X':
      return { width: view.readUIntLE(data + 4, 3) + 1, height: view.readUIntLE(data + 7, 3) + 1 };
    case 'VP8L': {
      const bits = view.readUInt32LE(data + 1);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ': {
      const size = { width: view.readUInt16LE(data + 6) & 0x3fff, height: view.readUInt16LE(data + 8) & 0x3fff };
      return size.width > 0 && size.height > 0 ? size : undefined;
    }
    default:
      return undefined;
  }
}

/** Corrects the file's length and its flags after chunks were dropped. A file that was cut keeps its longer length. */
function corrected(file: Buffer, { isCut }: { readonly isCut: boolean }): Buffer {
  if (!isCut) file.writeUInt32LE(file.length - 8, 4);
  if (file.toString('latin1', 12, 16) === 'VP8X') file[20] = (file[20] ?? 0) & ~xmpFlag;
  return file;
}
