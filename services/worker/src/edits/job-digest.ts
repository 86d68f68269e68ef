import { createHash } from 'node:crypto';
import type { EditJob } from './edit-job.ts';

/**
 * The same for jobs that ask for the same edit: what may differ from one attempt to the next is not in it, that is where it
 * goes on from and what is told on the way.
 */
export function jobDigest(job: EditJob): string {
  const { resume: _, previews: __, checkpointEvery: ___, orphanMs: ____, mask, template, ...rest } = job;
  const { source, ...asked } = template;
  const hash = createHash('sha256');
  const add = (part: Uint8Array | string) => hash.update(`${part.length}:`).update(part);
  add(JSON.stringify([rest, asked, mask.kind, source.kind]));
  add(source.kind === 'inline' ? source.bytes : source.sha256);
  if (mask.kind === 'file') add(mask.bytes);
  return hash.digest('hex');
}
