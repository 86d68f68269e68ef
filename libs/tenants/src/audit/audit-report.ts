import type { BlobStore } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import { checkDay, daysBetween } from '../names.ts';
import { type AuditEntry, checkSegment, type SegmentCheck, type SegmentStart } from './audit-segment.ts';

const folder = 'audit/';
const segmentBytesMax = 8 * 1024 ** 2;

export interface AuditQuestion {
  /** Days in UTC such as 2026-11-25, both included. Without the first one all is read. */
  readonly from: string | undefined;
  readonly to: string;
}

/** Something that is not as it was written. */
export interface AuditDamage {
  readonly blob: string;
  readonly why: string;
}

/** A segment that is as it was written, or what is wrong. */
export type AuditPart =
  | {
      readonly kind: 'segment';
      readonly blob: string;
      readonly entries: readonly AuditEntry[];
      readonly isEnded: boolean;
      /** Digest of its last line: whoever keeps it elsewhere can tell later whether all was written anew. */
      readonly last: string;
    }
  | ({ readonly kind: 'damage' } & AuditDamage);

interface Link {
  readonly number: number;
  readonly isEnded: boolean;
  readonly last: string;
}

/** All segments of some days, each checked in itself and against the one before it of the same writer. */
export async function* readAudit(blobs: BlobStore, question: AuditQuestion): AsyncGenerator<AuditPart> {
  const links = new Map<string, Link>();
  for await (const blob of blobsOf(blobs, question)) {
    const check = await readSegment(blobs, blob);
    if (check === undefined) continue;
    if (check.kind === 'damaged') {
      yield { kind: 'damage', blob, why: `line ${check.line}: ${check.why}` };
      continue;
    }
    const { start, entries, isEnded, last } = check;
    const writer = `${start.writer}\n${start.boot}`;
    // Of other days than those that were asked for, nothing is known.
    const isFirst = !links.has(writer) && question.from !== undefined;
    const why = isFirst ? undefined : wrongLink(start, links.get(writer));
    links.set(writer, { number: start.number, isEnded, last });
    if (why !== undefined) yield { kind: 'damage', blob, why };
    yield { kind: 'segment', blob, entries, isEnded, last };
  }
}

async function* blobsOf(blobs: BlobStore, { from, to }: AuditQuestion): AsyncGenerator<string> {
  checkDay(to, 'to');
  if (from !== undefined) {
    for (const day of daysBetween(from, to)) yield* blobs.list(`${folder}${day}/`);
    return;
  }
  for await (const blob of blobs.list(folder))
    if (blob.slice(folder.length, folder.length + to.length) <= to) yield blob;
}

async function readSegment(blobs: BlobStore, blob: string): Promise<SegmentCheck | undefined> {
  try {
    const found = await blobs.get(blob, { bytesMax: segmentBytesMax });
    return found === undefined ? undefined : checkSegment(blob, Buffer.from(found.bytes).toString('utf8'));
  } catch (thrown) {
    if (!(thrown instanceof ServiceError) || thrown.code !== 'overloaded' || thrown.field !== 'blob') throw thrown;
    return { kind: 'damaged', line: 0, why: 'it is too long' };
  }
}

/** Why a segment does not follow the one that was read before it; undefined where it does. */
function wrongLink({ number, previous }: SegmentStart, before: Link | undefined): string | undefined {
  if (number === 0 && before === undefined)
    return previous === null ? undefined : 'it is the first, and follows another';
  if (number !== (before?.number ?? -1) + 1) return 'a segment before it is missing';
  if (previous !== before?.last || !before.isEnded) return 'the segment before it was changed';
  return undefined;
}
