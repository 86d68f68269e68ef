import { setTimeout as pause } from 'node:timers/promises';
import { type ErrorCode, ServiceError } from '@instgenie/domain';

/** How a request ended. `wrong`: with other bytes than it should; `dropped`: too many were under way to send it. */
export type Outcome = 'good' | 'wrong' | 'dropped' | ErrorCode;

export interface Ended {
  /** When it was to be sent, ms since the load began. */
  readonly atMs: number;
  /** From then to its end. */
  readonly ms: number;
  /** How late it was sent, ms: what the generator, not the cluster, is to blame for. */
  readonly lagMs: number;
  readonly outcome: Outcome;
  /** For failures: what was said. */
  readonly message?: string;
}

export interface LoadOptions {
  readonly perSecond: number;
  readonly seconds: number;
  readonly random: () => number;
  /** Requests that may be under way. */
  readonly atOnceMax?: number;
  readonly send: (index: number) => Promise<'good' | 'wrong'>;
}

const atOnceUsual = 2048;

/** Poisson arrivals at a rate, whether others have ended or not. Resolves when all have ended. */
export async function offer({ perSecond, seconds, random, send, atOnceMax = atOnceUsual }: LoadOptions) {
  const began = performance.now();
  const running = new Set<Promise<void>>();
  const ended: Ended[] = [];
  let atMs = 0;
  for (let index = 0; ; index++) {
    atMs -= (Math.log(1 - random()) / perSecond) * 1000;
    if (atMs >= seconds * 1000) break;
    const dueIn = () => began + atMs - performance.now();
    // Timers may be early.
    for (let waitMs = dueIn(); waitMs > 0; waitMs = dueIn()) await pause(waitMs);
    const due = { atMs, lagMs: -dueIn() };
    if (running.size >= atOnceMax) {
      ended.push({ ...due, ms: 0, outcome: 'dropped' });
      continue;
    }
    const one: Promise<void> = outcomeOf(() => send(index)).then((how) => {
      ended.push({ ...due, ...how, ms: performance.now() - began - due.atMs });
      running.delete(one);
    });
    running.add(one);
  }
  await Promise.all(running);
  return ended as readonly Ended[];
}

/** So many requests, a bounded number at a time. */
export async function closedLoop({
  count,
  atOnce,
  send,
}: {
  readonly count: number;
  readonly atOnce: number;
  readonly send: (index: number) => Promise<'good' | 'wrong'>;
}): Promise<readonly Ended[]> {
  const began = performance.now();
  const ended: Ended[] = [];
  let next = 0;
  const one = async () => {
    while (next < count) {
      const index = next++;
      const atMs = performance.now() - began;
      const how = await outcomeOf(() => send(index));
      ended.push({ atMs, lagMs: 0, ...how, ms: performance.now() - began - atMs });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return ended;
}

async function outcomeOf(send: () => Promise<'good' | 'wrong'>): Promise<Pick<Ended, 'outcome' | 'message'>> {
  try {
    return { outcome: await send() };
  } catch (thrown) {
    const { code, message } = ServiceError.from(thrown);
    return { outcome: code, message };
  }
}

/** How many ended in each way. */
export function counts(ended: readonly Ended[]): Readonly<Partial<Record<Outcome, number>>> {
  const found: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of ended) found[outcome] = (found[outcome] ?? 0) + 1;
  return found;
}

/** Latencies of those that ended in a way, ms. */
export function latencies(ended: readonly Ended[], outcome: Outcome = 'good'): readonly number[] {
  return ended.filter((each) => each.outcome === outcome).map(({ ms }) => ms);
}

/** How often requests failed in which way, with numbers left out of what was said. */
export function failures(ended: readonly Ended[]): ReadonlyMap<string, number> {
  const failed = ended.filter(({ outcome }) => outcome !== 'good');
  const kinds = Map.groupBy(failed, ({ outcome, message = '' }) => `${outcome}: ${message.replaceAll(/\d+/g, 'N')}`);
  return new Map([...kinds].map(([kind, { length }]) => [kind, length]));
}
