import { randomBytes, randomUUID } from 'node:crypto';
import type { BlobStore } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import { type Check, failed } from './check.ts';

const name = 'blobs';

/** Writes, reads, and deletes a blob, and sees that a second writer is told of the first. */
export async function checkBlobs(blobs: BlobStore, nowMs: () => number): Promise<Check> {
  const blob = `doctor/${randomUUID()}`;
  const bytes = randomBytes(1024);
  const began = nowMs();
  try {
    await blobs.put(blob, bytes, { ifMatch: null });
    const found = await blobs.get(blob, { bytesMax: bytes.length });
    if (found === undefined || !bytes.equals(found.bytes)) {
      return failed(name, {
        text: 'what was written is not what is read',
        fix: 'use another place, or repair this one',
      });
    }
    const second = await blobs.put(blob, bytes, { ifMatch: null });
    await blobs.delete(blob);
    if (second.kind === 'conflict') {
      return { name, state: 'ok', text: `written, read and deleted in ${(nowMs() - began).toFixed(0)} ms` };
    }
    const fix = 'use one that honours If-None-Match: changes of two gateways at once would be lost';
    return failed(name, { text: 'a blob that was there was written over', fix });
  } catch (thrown) {
    const { message } = ServiceError.from(thrown);
    return failed(name, { text: message, fix: 'check the place, its permissions, and keys and region of S3' });
  }
}
