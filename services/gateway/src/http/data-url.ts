import { tooLarge, wrong } from './http-refusal.ts';

const start = /^data:(?:image\/(?:png|jpe?g|webp)|application\/octet-stream)?;base64,/i;

/**
 * The bytes of `data:image/png;base64,...`. Throws `invalid` for anything else: this server fetches nothing that a
 * request names.
 */
export function readDataUrl(text: string, { field, bytesMax }: { readonly field: string; readonly bytesMax: number }) {
  const head = start.exec(text.slice(0, 100))?.[0];
  if (head === undefined) {
    const isRemote = /^(?:https?|ftp|file|s3|gs|blob):/i.test(text);
    throw wrong(
      field,
      isRemote
        ? 'this server fetches no URLs; send the file itself, or data:image/png;base64,...'
        : 'expected data:image/png;base64,... of a png, jpeg or webp file',
    );
  }
  const chars = text.length - head.length;
  if ((chars * 3) / 4 > bytesMax + 2) throw tooLarge(field, bytesMax);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(text.slice(head.length), 'base64');
  // Decoding leaves out what is no base64, so a damaged text gives fewer bytes.
  if (bytes.length === 0 || bytes.length !== Math.floor(((chars - padding) * 3) / 4)) {
    throw wrong(field, 'is no base64');
  }
  if (bytes.length > bytesMax) throw tooLarge(field, bytesMax);
  return bytes;
}
