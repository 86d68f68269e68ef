import type { BlobStore } from '@instgenie/blobs';
import { z } from 'zod';

const turnBytesMax = 4096;
const turn = z.strictObject({ version: z.literal(1), nextAtMs: z.number() });

export interface Turn {
  /** Of the blob that says when the next one is. */
  readonly name: string;
  readonly nowMs: number;
  readonly everyMs: number;
}

/** Whether it is this gateway's turn. Two that do the same at once do no harm; this spares the second one the reading. */
export async function takeTurn(blobs: BlobStore, { name, nowMs, everyMs }: Turn): Promise<boolean> {
  const found = await blobs.get(name, { bytesMax: turnBytesMax });
  if (found !== undefined && nextAtMs(found.bytes) > nowMs) return false;
  // A little early, so that the same gateway may be first the next time.
  const next = { version: 1, nextAtMs: nowMs + 0.9 * everyMs } satisfies z.infer<typeof turn>;
  const put = await blobs.put(name, Buffer.from(JSON.stringify(next)), { ifMatch: found?.etag ?? null });
  return put.kind === 'written';
}

function nextAtMs(bytes: Uint8Array): number {
  try {
    return turn.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).nextAtMs;
  } catch {
    return 0;
  }
}
