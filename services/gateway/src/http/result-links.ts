import { randomBytes } from 'node:crypto';
import type { BlobStore } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';

export interface ResultLinksOptions {
  readonly blobs: BlobStore;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
  readonly ttlMs?: number;
}

/** OpenAI's links are good for so long. */
const hourMs = 3_600_000;
const folder = 'links/';
const resultBytesMax = 256 * 1024 ** 2;

/**
 * Results that are handed out as addresses. Whoever knows an address may read it until it expires, on every gateway
 * that has the same blobs.
 */
export class ResultLinks {
  readonly #options: Required<ResultLinksOptions>;

  constructor(options: ResultLinksOptions) {
    this.#options = { ttlMs: hourMs, ...options };
  }

  /** Keeps a file, and returns the id of its link, which nobody can guess. */
  async add(bytes: Uint8Array): Promise<string> {
    const { blobs, now, ttlMs } = this.#options;
    const expiresAtMs = now() + ttlMs;
    const id = `${String(expiresAtMs).padStart(15, '0')}-${randomBytes(24).toString('hex')}`;
    await blobs.put(`${folder}${id}`, bytes);
    return id;
  }

  /** Throws `not-found` for links that never were or have expired. */
  async get(id: string): Promise<Uint8Array> {
    const isGood = /^\d{15}-[0-9a-f]{48}$/.test(id) && expiryOf(id) > this.#options.now();
    const found = isGood ? await this.#options.blobs.get(`${folder}${id}`, { bytesMax: resultBytesMax }) : undefined;
    if (found === undefined) throw new ServiceError('not-found', 'there is no such result, or its link has expired');
    return found.bytes;
  }

  /** Deletes what has expired, and returns how many that were. Several gateways may do it at once. */
  async sweep(): Promise<number> {
    const { blobs, now } = this.#options;
    let count = 0;
    for await (const name of blobs.list(folder)) {
      // Names are sorted, and begin with their expiry.
      if (expiryOf(name.slice(folder.length)) > now()) break;
      if (await blobs.delete(name)) count++;
    }
    return count;
  }
}

function expiryOf(id: string): number {
  return Number(id.slice(0, 15));
}
