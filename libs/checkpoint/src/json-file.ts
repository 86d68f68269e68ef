import { readFile, stat } from 'node:fs/promises';
import { ServiceError } from '@instgenie/domain';

/** Configs are a few kilobytes and weight indices some hundred; the cap keeps a false file from filling memory. */
export const jsonBytesMax = 10 * 1024 * 1024;

/** True for the error of a missing file or folder. */
export function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');
}

/** Whether a regular file (or a link to one) lies at `path`. */
export async function hasFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (thrown) {
    if (isMissing(thrown)) return false;
    throw thrown;
  }
}

/**
 * The bytes of a file of at most `bytesMax` bytes.
 * Throws `not-found` if it is missing, `invalid` if it is larger or no regular file; both name it.
 */
export async function readSmallFile(path: string, bytesMax = jsonBytesMax): Promise<Buffer> {
  try {
    const { size } = await sizeOf(path);
    if (size > bytesMax) {
      throw new ServiceError('invalid', `${path}: expected at most ${bytesMax} bytes, found ${size}`);
    }
    return await readFile(path);
  } catch (thrown) {
    if (isMissing(thrown)) throw new ServiceError('not-found', `${path}: no such file`, { cause: thrown });
    throw thrown;
  }
}

/** Parses a UTF-8 JSON file of at most `bytesMax` bytes. Throws `not-found` or `invalid`, naming the file. */
export async function readJson(path: string, bytesMax = jsonBytesMax): Promise<unknown> {
  const bytes = await readSmallFile(path, bytesMax);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ServiceError('invalid', `${path}: not JSON: ${why}`, { cause: thrown });
  }
}

async function sizeOf(path: string): Promise<{ readonly size: number }> {
  const stats = await stat(path);
  if (!stats.isFile()) throw new ServiceError('invalid', `${path}: expected a regular file`);
  return stats;
}

/** A JSON object, as opposed to a list, a string or null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const shownChars = 80;

/** A false value as an error shows it: short, whatever it is. */
export function shownJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (isRecord(value)) return 'an object';
  if (!Array.isArray(value)) return cut(JSON.stringify(value));
  const isShort = value.length <= 8 && value.every((item) => typeof item !== 'object');
  return isShort ? cut(JSON.stringify(value)) : `a list of ${value.length}`;
}

function cut(text: string): string {
  return text.length > shownChars ? `${text.slice(0, shownChars)}...` : text;
}
