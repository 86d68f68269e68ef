import type { Size } from '@instgenie/domain';
import { type Container, joinParts, partsMax } from './container.ts';

const startOfScan = 0xda;

interface Segment {
  readonly marker: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the segments of a jpeg up to its pixels (ITU T.81, annex B). Kept are tables, frame, JFIF, EXIF, colour
 * profile and Adobe's colour transform, and all from the first scan on.
 */
export function readJpeg(bytes: Uint8Array): Container | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length < 4 || view.readUInt16BE(0) !== 0xffd8) return undefined;

  const parts: Uint8Array[] = [view.subarray(0, 2)];
  let size: Size | undefined;
  let [metadataBytes, hasExif, count, at] = [0, false, 0, 2];
  for (const segment of segments(view)) {
    if (++count > partsMax) return undefined;
    const { marker, start, end } = segment;
    if (marker === startOfScan) break;
    at = end;
    const role = roleOf(view, segment);
    if (role === 'frame') size = { height: view.readUInt16BE(start + 5), width: view.readUInt16BE(start + 7) };
    if (role === 'other' || (role === 'exif' && hasExif)) continue;
    if (role === 'exif' || role === 'profile') metadataBytes += end - start;
    hasExif ||= role === 'exif';
    parts.push(view.subarray(start, end));
  }
  parts.push(view.subarray(at)); // the scans, or what the decoder has to make sense of
  if (size === undefined || size.width === 0 || size.height === 0) return undefined;
  return {
    format: 'jpeg',
    size,
    animated: false,
    wide: 'no',
    metadataBytes,
    plain: () => joinParts(bytes, parts),
  };
}

/** The segments from the start of the file; the last one yielded is the first scan or the last whole segment. */
function* segments(view: Buffer): Generator<Segment> {
  let start = 2;
  while (start + 4 <= view.length && view[start] === 0xff) {
    const marker = view[start + 1] ?? 0;
    if (marker === 0xff) {
      start++; // a fill byte
      continue;
    }
    const length = view.readUInt16BE(start + 2);
    const end = start + 2 + length;
    if (length < 2 || end > view.length) return;
    yield { marker, start, end };
    if (marker === startOfScan) return;
    start = end;
  }
}

type Role = 'frame' | 'table' | 'exif' | 'profile' | 'other';

function roleOf(view: Buffer, { marker, start, end }: Segment): Role {
  const starts = (text: string) => view.toString('latin1', start + 4, Math.min(end, start + 4 + text.length)) === text;
  const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
  if (isFrame) return end - start >= 10 ? 'frame' : 'other';
  if (marker === 0xe1 && starts('Exif\0\0')) return 'exif';
  if (marker === 0xe2 && starts('ICC_PROFILE\0')) return 'profile';
  const isApplication = marker >= 0xe0 && marker <= 0xef;
  const isComment = marker === 0xfe;
  if (isComment || (isApplication && !starts('JFIF\0') && !starts('Adobe'))) return 'other';
  return 'table';
}
