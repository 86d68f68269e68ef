import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ServiceError } from '@instgenie/domain';
import { type Blob, type BlobStore, checkBlobName, type PutCondition, type PutOutcome } from './blob-store.ts';
import { fromS3, s3Failure } from './s3-errors.ts';

export interface S3Settings {
  readonly bucket: string;
  /** Blobs are below this name; none: at the top of the bucket. */
  readonly prefix?: string;
  readonly region: string;
  /** Of another service than Amazon's, whose buckets are then parts of the path. */
  readonly endpoint?: string;
  /** Default: the SDK's chain of environment, files and instance roles. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** A request's time before it is tried again; default 30 s. */
  readonly attemptMs?: number;
}

const attemptsMax = 3;
const putIdKey = 'put-id';
const pageNames = 1000;

/** Blobs as objects of a bucket. The service must know conditional writes (If-Match, If-None-Match on PUT). */
export class S3Blobs implements BlobStore, Disposable {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor({ bucket, prefix, region, endpoint, credentials, attemptMs = 30_000 }: S3Settings) {
    if (prefix !== undefined) checkBlobName(prefix);
    this.#bucket = bucket;
    this.#prefix = prefix === undefined ? '' : `${prefix}/`;
    this.#client = new S3Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(credentials === undefined ? {} : { credentials }),
      maxAttempts: attemptsMax,
      requestHandler: {
        connectionTimeout: Math.min(attemptMs, 5000),
        requestTimeout: attemptMs,
        socketTimeout: attemptMs,
        throwOnRequestTimeout: true,
      },
      // Only what every S3 service knows.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async put(name: string, bytes: Uint8Array, { ifMatch }: PutCondition = {}): Promise<PutOutcome> {
    const putId = randomUUID();
    const condition = ifMatch === null ? { IfNoneMatch: '*' } : ifMatch === undefined ? {} : { IfMatch: ifMatch };
    const input = { ...this.#at(name), Body: bytes, ContentLength: bytes.length, Metadata: { [putIdKey]: putId } };
    try {
      const { ETag } = await this.#client.send(new PutObjectCommand({ ...input, ...condition }));
      return { kind: 'written', etag: ETag ?? '' };
    } catch (thrown) {
      const { name: failure, status } = s3Failure(thrown);
      const isGone = status === 404 && failure !== 'NoSuchBucket' && ifMatch !== undefined;
      if (status !== 412 && status !== 409 && !isGone) throw fromS3(thrown);
    }
    return await this.#whoseIs(name, putId);
  }

  async get(name: string, { bytesMax }: { readonly bytesMax: number }): Promise<Blob | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const found = await this.#client.send(new GetObjectCommand(this.#at(name)));
        return { bytes: await bodyOf(found, bytesMax), etag: found.ETag ?? '' };
      } catch (thrown) {
        if (isMissing(thrown)) return undefined;
        // The SDK tries requests again, but not bodies that end early.
        const isCut = thrown instanceof CutBody;
        if (!isCut || attempt === attemptsMax) throw fromS3(isCut ? thrown.cause : thrown);
      }
    }
  }

  async delete(name: string): Promise<boolean> {
    try {
      const isThere = (await this.#head(name)) !== undefined;
      if (isThere) await this.#client.send(new DeleteObjectCommand(this.#at(name)));
      return isThere;
    } catch (thrown) {
      throw fromS3(thrown);
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    const folder = prefix.replace(/\/$/, '');
    const { Bucket, Key } = this.#at(folder);
    for (let StartAfter: string | undefined; ; ) {
      const input = {
        Bucket,
        Prefix: `${Key}/`,
        MaxKeys: pageNames,
        ...(StartAfter === undefined ? {} : { StartAfter }),
      };
      const page = await this.#client.send(new ListObjectsV2Command(input)).catch((thrown: unknown) => {
        throw fromS3(thrown);
      });
      const keys = (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
      for (const key of keys) {
        const name = key.slice(this.#prefix.length);
        if (isBlobName(name)) yield name;
      }
      StartAfter = keys.at(-1);
      if (page.IsTruncated !== true || StartAfter === undefined) return;
    }
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  /** A refused write may be our own, of an attempt whose answer was lost: then the object has its id. */
  async #whoseIs(name: string, putId: string): Promise<PutOutcome> {
    try {
      const found = await this.#head(name);
      if (found?.Metadata?.[putIdKey] !== putId) return { kind: 'conflict' };
      return { kind: 'written', etag: found.ETag ?? '' };
    } catch (thrown) {
      throw fromS3(thrown);
    }
  }

  async #head(name: string) {
    try {
      return await this.#client.send(new HeadObjectCommand(this.#at(name)));
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      throw thrown;
    }
  }

  #at(name: string): { readonly Bucket: string; readonly Key: string } {
    checkBlobName(name);
    return { Bucket: this.#bucket, Key: this.#prefix + name };
  }
}

/** A body that ended before its length, or broke off; `cause` is what happened. */
class CutBody extends Error {}

async function bodyOf({ Body, ContentLength }: GetObjectCommandOutput, bytesMax: number): Promise<Uint8Array> {
  if (Body === undefined || ContentLength === undefined) throw new ServiceError('internal', 'blob: the store failed');
  const stream = Body.transformToWebStream();
  if (ContentLength > bytesMax) {
    await stream.cancel();
    throw new ServiceError('overloaded', `blob: ${ContentLength} bytes are more than the ${bytesMax} allowed`, {
      field: 'blob',
    });
  }
  const bytes = new Uint8Array(ContentLength);
  let at = 0;
  try {
    for await (const piece of stream) {
      if (!(piece instanceof Uint8Array) || at + piece.length > bytes.length) throw new RangeError('too much');
      bytes.set(piece, at);
      at += piece.length;
    }
  } catch (cause) {
    throw new CutBody('broken off', { cause });
  }
  if (at < bytes.length) {
    throw new CutBody('ended early', { cause: Object.assign(new Error('ended early'), { code: 'ECONNRESET' }) });
  }
  return bytes;
}

function isMissing(thrown: unknown): boolean {
  const { name, status } = s3Failure(thrown);
  return status === 404 && name !== 'NoSuchBucket';
}

function isBlobName(name: string): boolean {
  try {
    checkBlobName(name);
    return true;
  } catch {
    return false;
  }
}
