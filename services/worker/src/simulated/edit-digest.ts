import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import type { Size } from '@instgenie/domain';

/** What decides the bytes of a result. */
export interface DigestedEdit {
  /** Digest of the picture's file, 64 hexadecimal digits. */
  readonly template: string;
  /** Digest of the masked pixels. */
  readonly mask: string;
  readonly prompt: string;
  /** Of the noise inside the mask; `template`: the template's own. */
  readonly seed: number | 'template';
  readonly steps: number;
  readonly size: Size | undefined;
}

/** The same for the same edit, wherever and however often it runs. */
export function editDigest({ template, mask, prompt, seed, steps, size }: DigestedEdit): Buffer {
  const facts = [template, mask, prompt, seed, steps, size?.width ?? 0, size?.height ?? 0];
  return createHash('sha256').update(JSON.stringify(facts)).digest();
}

/** What an edit that has done so many steps hands on: small, and different for each edit and step. */
export function digestLatents(digest: Uint8Array, stepsDone: number): Float32Array {
  const bytes = createHash('sha256').update(digest).update(`${stepsDone}`).digest();
  return Float32Array.from(bytes, (byte) => byte / 256);
}

const pictureSide = 8;

/** A png file made of a digest, at least `bytesMin` long. */
export function digestPicture(digest: Uint8Array, bytesMin = 0): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(pictureSide, 0);
  header.writeUInt32BE(pictureSide, 4);
  // 8 bits, RGB.
  header.set([8, 2], 8);
  const rows = Array.from({ length: pictureSide }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: pictureSide * 3 }, (_, x) => digest[(y * 7 + x) % digest.length] ?? 0)]),
  );
  const parts = [
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  const missing = bytesMin - parts.reduce((sum, { length }) => sum + length, 0);
  // A private chunk that readers skip.
  if (missing > 0) parts.splice(2, 0, chunk('paDd', Buffer.alloc(missing, digest)));
  return Buffer.concat(parts);
}

export const digestPictureSize: Size = { width: pictureSide, height: pictureSide };

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
