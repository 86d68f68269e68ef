import assert from 'node:assert/strict';
import { crc32, deflateSync } from 'node:zlib';
import { type Mask, mask, type Picture, picture, ServiceError, type Size } from '@instgenie/domain';
import * as fc from 'fast-check';
import sharp from 'sharp';

/** A chunk of a png with its length and checksum. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

export interface PngFields extends Size {
  /** Bits a channel; 8 unless told. */
  readonly depth?: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA; 2 unless told. */
  readonly colourType?: number;
  /** Chunks before the pixels. */
  readonly extra?: readonly Uint8Array[];
  /** Deflated rows with their filter bytes; zeros unless told. */
  readonly deflated?: Uint8Array;
}

/** A png built by hand, with whatever it claims. */
export function pngFile({ width, height, depth = 8, colourType = 2, extra = [], deflated }: PngFields): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...extra,
    pngChunk('IDAT', deflated ?? deflateSync(Buffer.alloc(height * (1 + width * 8)))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A picture of channels `channels` from pixels in reading order. */
export function pictureOf(width: number, pixels: readonly (readonly number[])[]): Picture {
  const channels = pixels[0]?.length === 4 ? 4 : 3;
  return picture({ width, height: pixels.length / width, channels, data: Uint8Array.from(pixels.flat()) });
}

/** A picture of one colour. */
export function plainPicture({ width, height }: Size, colour: readonly number[]): Picture {
  return pictureOf(
    width,
    Array.from({ length: width * height }, () => colour),
  );
}

/** A mask from lines of text: `#` is masked. */
export function maskOf(...lines: readonly string[]): Mask {
  const bits = Uint8Array.from(lines.join(''), (mark) => (mark === '#' ? 1 : 0));
  return mask({ width: lines[0]?.length ?? 0, height: lines.length, bits });
}

/** The lines that `maskOf` reads. */
export function maskLines({ width, height, bits }: Mask): string[] {
  const marks = Array.from(bits, (bit) => (bit === 1 ? '#' : '.')).join('');
  return Array.from({ length: height }, (_, y) => marks.slice(y * width, (y + 1) * width));
}

/** sharp on a picture's pixels, to make files of. */
export function raw({ width, height, channels, data }: Omit<Picture, 'channels'> & { channels: 1 | 2 | 3 | 4 }) {
  return sharp(data, { raw: { width, height, channels } });
}

/** What `assert.throws` and `assert.rejects` should see of a refused picture. */
export function refused(field: string, text: RegExp) {
  return (thrown: unknown) => {
    assert.ok(thrown instanceof ServiceError, `not a ServiceError: ${String(thrown)}`);
    assert.equal(thrown.code, 'invalid');
    assert.equal(thrown.field, field);
    assert.match(thrown.message, text);
    assert.ok(thrown.message.startsWith(`${field}: `), thrown.message);
    return true;
  };
}

const side = fc.integer({ min: 1, max: 14 });

export const sizes: fc.Arbitrary<Size> = fc.record({ width: side, height: side });

/** Pictures of a size; transparent, half transparent and opaque pixels are all common. */
export function picturesOf({ width, height }: Size): fc.Arbitrary<Picture> {
  return fc.constantFrom<3 | 4>(3, 4).chain((channels) => {
    const length = width * height * channels;
    const byte = fc.oneof(fc.constantFrom(0, 255), fc.nat(255));
    return fc
      .array(byte, { minLength: length, maxLength: length })
      .map((bytes) => picture({ width, height, channels, data: Uint8Array.from(bytes) }));
  });
}

/** Masks of a size: empty, full, sparse and dense. */
export function masksOf({ width, height }: Size): fc.Arbitrary<Mask> {
  const length = width * height;
  return fc
    .tuple(fc.nat(8), fc.array(fc.nat(7), { minLength: length, maxLength: length }))
    .map(([share, draws]) => mask({ width, height, bits: Uint8Array.from(draws, (draw) => (draw < share ? 1 : 0)) }));
}
