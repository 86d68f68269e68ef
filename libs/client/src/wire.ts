import { ServiceError } from '@instgenie/domain';

interface Span {
  readonly seconds: number;
  readonly nanos: number;
}

/** Milliseconds of a Duration, and of a Timestamp since the epoch; 0 where it is not set. */
export function millisecondsOf(span: Span | null | undefined): number {
  return optionalMilliseconds(span) ?? 0;
}

export function optionalMilliseconds(span: Span | null | undefined): number | undefined {
  return span === null || span === undefined ? undefined : span.seconds * 1000 + span.nanos / 1e6;
}

export function durationOf(milliseconds: number): Span {
  const seconds = Math.trunc(milliseconds / 1000);
  return { seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) };
}

/** Whole numbers that a field can hold: what is above would arrive as another number, and without a word. */
export function wholeNumber(field: string, value: number | undefined, most = 2 ** 32 - 1): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= most)) return value;
  throw new ServiceError('invalid', `${field}: must be a whole number from 0 to ${most}`, { field });
}

/** What is set: generated types take no undefined. */
export function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> };
}

/** All bytes of a stream's pieces. Throws `overloaded` above `bytesMax`. */
export async function collect(pieces: AsyncIterable<{ readonly data: Uint8Array }>, bytesMax: number) {
  const taken: Uint8Array[] = [];
  let bytes = 0;
  for await (const { data } of pieces) {
    bytes += data.length;
    if (bytes > bytesMax) throw new ServiceError('overloaded', `the file is larger than ${bytesMax} bytes`);
    taken.push(data);
  }
  return new Uint8Array(Buffer.concat(taken));
}
