import { type BlobStore, type PutOutcome } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import type { z } from 'zod';
import { digestOf, hexTime, type JobRef } from './job-id.ts';
import {
  cancelRecord,
  type EditsRecord,
  type EndRecord,
  type ExpiryRecord,
  editsRecord,
  endRecord,
  expiryRecord,
  type ItemOutcome,
  itemOutcome,
  type OrderRecord,
  orderRecord,
  type RequestRecord,
  requestRecord,
  webhookRecord,
} from './job-record.ts';

const mib = 1024 ** 2;
const recordBytesMax = 16 * mib;
/** A hundred prompts in the longest form that JSON has for them. */
const editsBytesMax = 32 * mib;
/** More than any picture may have. */
const fileBytesMax = 256 * mib;

/**
 * What is kept of jobs. Every blob but a request's is written once and never changed, so whoever is second to say how an
 * edit ended changes nothing, and no writer waits for another:
 *
 *     jobs/open/{owner}-{id}-{edits}                the job has not ended, or its webhook has not
 *     jobs/expiry/{time}-{id}                       what is deleted when
 *     jobs/of/{owner}/requests/{digest}             which job a request id is
 *     jobs/of/{owner}/orders/{id}                   the job; later ones sort first
 *     jobs/of/{owner}/files/{id}/edits              what is asked
 *     jobs/of/{owner}/files/{id}/inputs/{sha256}    pictures and masks
 *     jobs/of/{owner}/files/{id}/items/{item}       how an edit ended
 *     jobs/of/{owner}/files/{id}/results/{sha256}   pictures
 *     jobs/of/{owner}/files/{id}/cancel, end, webhook
 */
export class JobBlobs {
  readonly #blobs: BlobStore;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  order(job: JobRef): Promise<OrderRecord | undefined> {
    return this.#read(orderName(job), orderRecord);
  }

  async putOrder(job: JobRef, record: OrderRecord): Promise<void> {
    await this.#write(orderName(job), record);
  }

  /** Ids of the jobs of a tenant, the newest first. */
  async *ids(owner: string): AsyncIterable<string> {
    for await (const name of this.#blobs.list(`jobs/of/${owner}/orders/`)) yield lastOf(name);
  }

  async edits(job: JobRef): Promise<EditsRecord | undefined> {
    return await this.#read(`${folder(job)}/edits`, editsRecord, editsBytesMax);
  }

  async putEdits(job: JobRef, record: EditsRecord): Promise<void> {
    await this.#write(`${folder(job)}/edits`, record);
  }

  async putFile(job: JobRef, kind: FileKind, file: { sha256: string; bytes: Uint8Array }): Promise<void> {
    await this.#blobs.put(`${folder(job)}/${kind}/${file.sha256}`, file.bytes);
  }

  /** A file, checked. Throws `not-found` where it is gone or damaged. */
  async file(job: JobRef, kind: FileKind, sha256: string): Promise<Uint8Array> {
    const found = await this.#blobs.get(`${folder(job)}/${kind}/${sha256}`, { bytesMax: fileBytesMax });
    if (found === undefined || digestOf(found.bytes) !== sha256) {
      throw new ServiceError('not-found', 'job: a file of it is not there, or damaged', { field: 'job_id' });
    }
    return found.bytes;
  }

  /** Which edits have ended. */
  async endedItems(job: JobRef): Promise<readonly number[]> {
    const items: number[] = [];
    for await (const name of this.#blobs.list(`${folder(job)}/items/`)) items.push(Number(lastOf(name)));
    return items;
  }

  outcome(job: JobRef, item: number): Promise<ItemOutcome | undefined> {
    return this.#read(`${folder(job)}/items/${item}`, itemOutcome);
  }

  /** False where somebody has said already how it ended. */
  putOutcome(job: JobRef, item: number, outcome: ItemOutcome): Promise<boolean> {
    return this.#writeOnce(`${folder(job)}/items/${item}`, outcome);
  }

  end(job: JobRef): Promise<EndRecord | undefined> {
    return this.#read(`${folder(job)}/end`, endRecord);
  }

  putEnd(job: JobRef, record: EndRecord): Promise<boolean> {
    return this.#writeOnce(`${folder(job)}/end`, record);
  }

  async isCancelled(job: JobRef): Promise<boolean> {
    return (await this.#read(`${folder(job)}/cancel`, cancelRecord)) !== undefined;
  }

  async putCancel(job: JobRef, atMs: number): Promise<void> {
    await this.#writeOnce(`${folder(job)}/cancel`, { version: 1, atMs });
  }

  /** Whether the webhook was delivered; undefined while nobody knows. */
  async isWebhookDelivered(job: JobRef): Promise<boolean | undefined> {
    return (await this.#read(`${folder(job)}/webhook`, webhookRecord))?.isDelivered;
  }

  async putWebhook(job: JobRef, outcome: { isDelivered: boolean; atMs: number }): Promise<void> {
    await this.#writeOnce(`${folder(job)}/webhook`, { version: 1, ...outcome });
  }

  async request(owner: string, digest: string): Promise<{ record: RequestRecord; etag: string } | undefined> {
    const found = await this.#blobs.get(requestName(owner, digest), { bytesMax: recordBytesMax });
    return found && { record: decode(found.bytes, requestRecord), etag: found.etag };
  }

  /** `ifMatch`: as of blobs. */
  putRequest(
    owner: string,
    digest: string,
    { record, ifMatch }: { record: RequestRecord; ifMatch: string | null },
  ): Promise<PutOutcome> {
    return this.#blobs.put(requestName(owner, digest), encode(record), { ifMatch });
  }

  async deleteRequest(owner: string, digest: string): Promise<void> {
    await this.#blobs.delete(requestName(owner, digest));
  }

  async *open(): AsyncIterable<OpenJob> {
    for await (const name of this.#blobs.list('jobs/open/')) {
      const [owner = '', id = '', edits] = lastOf(name).split('-');
      yield { owner, id, edits: Number(edits) };
    }
  }

  async putOpen(job: OpenJob): Promise<void> {
    await this.#write(openName(job), {});
  }

  async deleteOpen(job: OpenJob): Promise<void> {
    await this.#blobs.delete(openName(job));
  }

  async putExpiry(atMs: number, record: ExpiryRecord): Promise<void> {
    await this.#write(`jobs/expiry/${hexTime(atMs)}-${record.id}`, record);
  }

  /** What is to be deleted by now, with the name of its note. */
  async *expired(nowMs: number): AsyncIterable<{ readonly note: string; readonly record: ExpiryRecord }> {
    const last = hexTime(nowMs);
    for await (const note of this.#blobs.list('jobs/expiry/')) {
      if (lastOf(note).slice(0, last.length) > last) return;
      const record = await this.#read(note, expiryRecord);
      if (record !== undefined) yield { note, record };
    }
  }

  async deleteNote(note: string): Promise<void> {
    await this.#blobs.delete(note);
  }

  /** Deletes a job: first for its tenant, then all its files. Can be done again where it was cut off. */
  async delete(job: JobRef): Promise<void> {
    await this.#blobs.delete(orderName(job));
    for await (const name of this.#blobs.list(`${folder(job)}/`)) await this.#blobs.delete(name);
  }

  async #read<Schema extends z.ZodType>(
    name: string,
    schema: Schema,
    bytesMax = recordBytesMax,
  ): Promise<z.output<Schema> | undefined> {
    const found = await this.#blobs.get(name, { bytesMax });
    return found === undefined ? undefined : decode(found.bytes, schema);
  }

  async #write(name: string, value: unknown): Promise<void> {
    await this.#blobs.put(name, encode(value));
  }

  async #writeOnce(name: string, value: unknown): Promise<boolean> {
    const { kind } = await this.#blobs.put(name, encode(value), { ifMatch: null });
    return kind === 'written';
  }
}

export type FileKind = 'inputs' | 'results';

/** A job that is not over, and how many edits it has: so much is said by the blob's name. */
export interface OpenJob extends JobRef {
  readonly edits: number;
}

function openName({ owner, id, edits }: OpenJob): string {
  return `jobs/open/${owner}-${id}-${edits}`;
}

function folder({ owner, id }: JobRef): string {
  return `jobs/of/${owner}/files/${id}`;
}

function orderName({ owner, id }: JobRef): string {
  return `jobs/of/${owner}/orders/${id}`;
}

function requestName(owner: string, digest: string): string {
  return `jobs/of/${owner}/requests/${digest}`;
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function decode<Schema extends z.ZodType>(bytes: Uint8Array, schema: Schema): z.output<Schema> {
  return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}
