import { wrong } from './http-refusal.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * A JSON body. It is decoded in one piece, since a picture in base64 makes it large. What it holds is read by own names
 * only, so `__proto__` is a name like others. Throws `invalid`; undefined for no body.
 */
export function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    throw wrong('body', 'is no JSON');
  }
}
