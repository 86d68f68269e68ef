import { createHash } from 'node:crypto';
import { z } from 'zod';
import { shortDigest } from '../names.ts';
import { type AuditEvent, auditEvent } from './audit-event.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * A segment is lines of JSON: a start, events, and an end where it was ended. Each names the SHA-256 of the line before
 * it, and the start that of the last line of the segment before, so that nothing can be changed, left out or moved
 * without all that follows.
 */
const startLine = z.strictObject({
  kind: z.literal('start'),
  version: z.literal(1),
  writer: z.string().max(200),
  boot: z.string().max(100),
  number: z.number().int().min(0).max(999_999),
  day: z.iso.date(),
  previous: digest.nullable(),
});
const eventLine = auditEvent.extend({ kind: z.literal('event'), at: z.iso.datetime(), previous: digest });
const endLine = z.strictObject({ kind: z.literal('end'), events: z.number().int().min(0), previous: digest });

export type SegmentStart = Readonly<z.infer<typeof startLine>>;
/** An event as it was written down. */
export type AuditEntry = Readonly<Omit<z.infer<typeof eventLine>, 'kind' | 'previous'>>;

export function segmentBlob({
  writer,
  boot,
  number,
  day,
}: Omit<SegmentStart, 'kind' | 'version' | 'previous'>): string {
  return `audit/${day}/${shortDigest(`${writer}/${boot}`)}-${String(number).padStart(6, '0')}.jsonl`;
}

/** Lines of a segment that is being written. */
export class SegmentText {
  readonly blob: string;
  readonly day: string;
  readonly #lines: string[] = [];
  #characters = 0;

  constructor(start: Omit<SegmentStart, 'kind' | 'version'>) {
    this.blob = segmentBlob(start);
    this.day = start.day;
    const { previous, ...rest } = start;
    this.#push({ kind: 'start', version: 1, ...rest, previous });
  }

  get events(): number {
    return this.#lines.length - 1;
  }

  get characters(): number {
    return this.#characters;
  }

  get text(): string {
    return this.#lines.join('');
  }

  append(at: string, event: AuditEvent): void {
    this.#push({ kind: 'event', at, ...event, previous: this.#last });
  }

  /** Returns the digest that the next segment begins with. */
  end(): string {
    this.#push({ kind: 'end', events: this.events, previous: this.#last });
    return this.#last;
  }

  get #last(): string {
    return lineDigest(this.#lines.at(-1) ?? '');
  }

  #push(line: object): void {
    const text = `${JSON.stringify(line)}\n`;
    this.#lines.push(text);
    this.#characters += text.length;
  }
}

export type SegmentCheck =
  | {
      readonly kind: 'whole';
      readonly start: SegmentStart;
      readonly entries: readonly AuditEntry[];
      readonly isEnded: boolean;
      /** Digest of its last line. */
      readonly last: string;
    }
  | { readonly kind: 'damaged'; readonly line: number; readonly why: string };

/** Reads a segment and checks that every line is what its writer wrote. */
export function checkSegment(blob: string, text: string): SegmentCheck {
  const damaged = (line: number, why: string) => ({ kind: 'damaged', line, why }) as const;
  if (!text.endsWith('\n')) return damaged(0, 'it does not end with a line');
  const [first = '', ...rest] = text.slice(0, -1).split('\n');
  const start = startLine.safeParse(jsonOf(first)).data;
  if (start === undefined) return damaged(1, 'it does not begin as a segment');
  if (segmentBlob(start) !== blob) return damaged(1, 'it belongs to another name');
  const entries: AuditEntry[] = [];
  let last = lineDigest(`${first}\n`);
  for (const [at, line] of rest.entries()) {
    const value = jsonOf(line);
    const event = eventLine.safeParse(value).data;
    const end = endLine.safeParse(value).data;
    const previous = event?.previous ?? end?.previous;
    if (previous === undefined) return damaged(at + 2, 'it is no line of an audit log');
    if (previous !== last) return damaged(at + 2, 'the line before it was changed, or one is missing');
    last = lineDigest(`${line}\n`);
    if (end !== undefined) {
      if (end.events !== entries.length || at !== rest.length - 1) return damaged(at + 2, 'it is not the end');
      return { kind: 'whole', start, entries, isEnded: true, last };
    }
    if (event !== undefined) {
      const { kind: _kind, previous: _previous, ...entry } = event;
      entries.push(entry);
    }
  }
  return { kind: 'whole', start, entries, isEnded: false, last };
}

function lineDigest(line: string): string {
  return createHash('sha256').update(line, 'utf8').digest('hex');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
