import { ServiceError } from '@instgenie/domain';
import type { Caller } from '@instgenie/tenants';
import { forEachAtOnce } from './at-once.ts';
import type { JobBlobs } from './job-blobs.ts';
import { digestOf, type JobRef, newJobId, ownerOf } from './job-id.ts';
import type { OrderRecord, RequestRecord, StoredEdit } from './job-record.ts';
import type { JobOrder } from './jobs.ts';
import { requestDigest, storeCaller, storeEdit } from './stored-edits.ts';

const dayMs = 86_400_000;
/** Each attempt that fails is somebody else's that was made. */
const attemptsMax = 8;
const putsAtOnce = 8;

export interface TakenJob {
  readonly job: JobRef;
  readonly order: OrderRecord;
  readonly edits: readonly StoredEdit[];
  /** Whether it was taken before, by a call with the same request id. */
  readonly isKnown: boolean;
}

/** A job as it is asked for, with its files apart. */
export interface JobDraft {
  readonly owner: string;
  /** Digests of its request id, and of all that is asked. */
  readonly request: string;
  readonly digest: string;
  readonly edits: readonly StoredEdit[];
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export function draftJob(order: JobOrder, { tenant }: Caller): JobDraft {
  const files = new Map<string, Uint8Array>();
  const edits = order.edits.map((edit) => storeEdit(edit, files));
  const digest = requestDigest(edits, order);
  return { owner: ownerOf(tenant), request: digestOf(order.requestId), digest, edits, files };
}

/** The job of the same request id, if there is one. Throws `conflict` where it asks for something else. */
export async function knownJob(
  blobs: JobBlobs,
  { owner, request, digest, edits }: JobDraft,
  nowMs: number,
): Promise<TakenJob | undefined> {
  const known = await blobs.request(owner, request);
  if (known === undefined || known.record.lapsesAtMs <= nowMs) return undefined;
  requireSame(known.record, digest);
  const job = { owner, id: known.record.id };
  const order = await blobs.order(job);
  return order && { job, order, edits, isKnown: true };
}

/**
 * Keeps a job. It is taken once its order is written, the last thing of all: what was cut off before goes when the job
 * would have, and a call that is made again goes on with it.
 */
export async function takeJob(
  blobs: JobBlobs,
  draft: JobDraft,
  { order, caller, nowMs }: { readonly order: JobOrder; readonly caller: Caller; readonly nowMs: number },
): Promise<TakenJob> {
  const { owner, request, edits, files } = draft;
  const { id, createdAtMs } = await claim(blobs, draft, { ttlMs: order.ttlMs, nowMs });
  const job = { owner, id };
  const expiresAtMs = createdAtMs + order.ttlMs;
  await blobs.putExpiry(expiresAtMs, { version: 1, owner, id, request });
  await Promise.all([
    forEachAtOnce(files, putsAtOnce, ([sha256, bytes]) => blobs.putFile(job, 'inputs', { sha256, bytes })),
    blobs.putEdits(job, { version: 1, caller: storeCaller(caller), edits: [...edits] }),
    blobs.putOpen({ ...job, edits: edits.length }),
  ]);
  const record: OrderRecord = {
    version: 1,
    id,
    tenant: caller.tenant,
    requestId: order.requestId,
    edits: edits.length,
    webhookUrl: order.webhookUrl,
    createdAtMs,
    expiresAtMs,
  };
  await blobs.putOrder(job, record);
  return { job, order: record, edits, isKnown: false };
}

/** The id that a request id stands for, from now on for a day. */
async function claim(
  blobs: JobBlobs,
  { owner, request, digest }: JobDraft,
  { ttlMs, nowMs }: { readonly ttlMs: number; readonly nowMs: number },
): Promise<RequestRecord> {
  // A day, or until the job is gone.
  const lapsesAtMs = nowMs + Math.min(ttlMs, dayMs);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const known = await blobs.request(owner, request);
    if (known !== undefined && known.record.lapsesAtMs > nowMs) {
      requireSame(known.record, digest);
      return known.record;
    }
    const record: RequestRecord = { version: 1, id: newJobId(nowMs), digest, createdAtMs: nowMs, lapsesAtMs };
    const { kind } = await blobs.putRequest(owner, request, { record, ifMatch: known?.etag ?? null });
    if (kind === 'written') return record;
  }
  throw new ServiceError('overloaded', 'request_id: too many calls with it at once; try again', {
    field: 'request_id',
  });
}

function requireSame(record: RequestRecord, digest: string): void {
  if (record.digest === digest) return;
  const text = 'request_id: another job was asked for with it; take a new one';
  throw new ServiceError('conflict', text, { field: 'request_id' });
}
