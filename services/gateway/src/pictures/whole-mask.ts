import { crc32, deflateSync } from 'node:zlib';
import type { Size } from '@instgenie/domain';

/** A png of that size that is white everywhere: as a mask, all may change. One bit a pixel, so it takes some kilobytes. */
export function wholeMask({ width, height }: Size): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Bits a channel; the other fields are 0: grey, deflated, not interlaced.
  header[8] = 1;
  const row = Buffer.alloc(1 + Math.ceil(width / 8), 0xff);
  // The filter of each row: none.
  row[0] = 0;
  const rows = Buffer.alloc(row.length * height, row);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const made = Buffer.alloc(12 + data.length);
  made.writeUInt32BE(data.length, 0);
  made.write(type, 4, 'latin1');
  made.set(data, 8);
  made.writeUInt32BE(crc32(made.subarray(4, 8 + data.length)), 8 + data.length);
  return made;
}
