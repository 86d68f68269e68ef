import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** One slot of a Redis cluster. */
export const prefix = '{instgenie}';
export const editsQueue = 'edits';
export const webhooksQueue = 'webhooks';
/** How many failures of a queue are kept. */
export const failedMax = 1000;

/** What ended well is known from what is kept; the last ones that did not are kept for whoever looks for reasons. */
export const bounded = { removeOnComplete: true, removeOnFail: { count: failedMax }, stackTraceLimit: 0 } as const;

export interface Queues {
  readonly edits: Queue;
  readonly webhooks: Queue;
}

/** Opens both on one connection. Rejects where it breaks meanwhile. */
export async function openQueues(redis: Redis): Promise<Queues> {
  const open = (name: string) => new Queue(name, { connection: redis, prefix }).on('error', () => undefined);
  const [edits, webhooks] = [open(editsQueue), open(webhooksQueue)];
  await Promise.all([edits.waitUntilReady(), webhooks.waitUntilReady()]);
  return { edits, webhooks };
}
