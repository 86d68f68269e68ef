import { setTimeout as pause } from 'node:timers/promises';
import type { BalancerFleet } from '../fleet/balancer-fleet.ts';
import type { JobDesk } from './job-desk.ts';

const everyMs = 2000;

/** Tells balancers again and again how many edits of jobs wait, until the signal aborts: they say how many workers to have. */
export async function reportWaiting(
  { jobs, fleet }: { readonly jobs: Pick<JobDesk, 'waiting'>; readonly fleet: Pick<BalancerFleet, 'reportWaiting'> },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      fleet.reportWaiting(await jobs.waiting());
    } catch {
      // The queue does not answer: what was said last counts for a while.
    }
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
