import type { JobBlobs } from './job-blobs.ts';
import type { JobRef } from './job-id.ts';
import type { JobLine } from './job-line.ts';
import type { ItemOutcome, OrderRecord } from './job-record.ts';
import { type JobParts, jobView } from './job-view.ts';
import type { Job } from './jobs.ts';

/** How edits have ended that were read before: that never changes. */
export type KnownOutcomes = Map<number, ItemOutcome>;

/** Reads a job as it is now. Of one that has ended nothing is asked of Redis. */
export async function readJob(
  { blobs, line }: { readonly blobs: JobBlobs; readonly line: JobLine },
  job: JobRef,
  { order, known = new Map() }: { readonly order: OrderRecord; readonly known?: KnownOutcomes },
): Promise<Job> {
  const end = await blobs.end(job);
  const isWebhookDelivered = order.webhookUrl !== undefined && (await blobs.isWebhookDelivered(job)) === true;
  const parts: Omit<JobParts, 'outcomes' | 'line'> = { order, end, isCancelled: false, isWebhookDelivered };
  if (end !== undefined) {
    return jobView({ ...parts, outcomes: new Map(end.items.entries()), line: { position: 0, running: new Map() } });
  }
  const view = await line.view(job);
  const [isCancelled] = await Promise.all([blobs.isCancelled(job), readOutcomes(blobs, job, known)]);
  return jobView({ ...parts, isCancelled, outcomes: known, line: view });
}

/** Adds to `known` what has ended since. */
export async function readOutcomes(blobs: JobBlobs, job: JobRef, known: KnownOutcomes): Promise<void> {
  const fresh = (await blobs.endedItems(job)).filter((item) => !known.has(item));
  await Promise.all(
    fresh.map(async (item) => {
      const outcome = await blobs.outcome(job, item);
      if (outcome !== undefined) known.set(item, outcome);
    }),
  );
}
