import assert from 'node:assert/strict';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** An axis-aligned rectangle in pixels; `left` and `top` are inside, `left + width` and `top + height` are not. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** 8-bit sRGB pixels in reading order, `channels` bytes each: red, green, blue and, with 4 channels, alpha. */
export interface Picture extends Size {
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

/** Checks that the bytes fit the size. */
export function picture(fields: Picture): Picture {
  const { width, height, channels, data } = fields;
  assert(Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0, 'picture: bad size');
  assert.equal(data.length, width * height * channels, 'picture: bytes do not fit the size');
  return fields;
}
