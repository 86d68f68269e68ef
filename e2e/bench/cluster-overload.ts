import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { closedLoop, type Ended, latencies, offer } from '../harness/load.ts';
import { plainSender } from '../harness/senders.ts';
import { seeded } from './eviction-trace.ts';
import { median, quantile } from './rows.ts';

export interface OverloadOptions {
  /** Of the overload. */
  readonly seconds: number;
  /** Of the load before it and after it. */
  readonly usualSeconds: number;
  readonly workers: number;
  /** Of the workers' costs. */
  readonly timeScale?: number;
  readonly templates?: number;
  /** Edits a second; measured where it is not said, with so many edits. */
  readonly capacity?: number;
  readonly capacityEdits?: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface OverloadFigures {
  readonly aloneMs: number;
  readonly deadlineMs: number;
  /** Edits a second. */
  readonly capacity: number;
  readonly peakGoodput: number;
  readonly goodput: number;
  readonly refusalsMs: readonly number[];
  /** Of the edits that were not refused: those that were not done in time. */
  readonly lateShare: number;
  /** From the end of the overload until edits take as long as before, for a while. */
  readonly recoverySeconds: number;
  readonly usual: readonly Ended[];
  readonly overload: readonly Ended[];
  readonly after: readonly Ended[];
}

/** An answer is worth something for so many times what an edit alone takes. */
const patience = 10;
const factor = 5;
const patientMs = 60_000;

/** Five times as many edits as can be done, between two times with the usual load. */
export async function measureOverload(options: OverloadOptions): Promise<OverloadFigures> {
  const { seconds, usualSeconds, workers, seed, say, timeScale = 0.3, templates = 12, capacityEdits = 200 } = options;
  await using cluster = await Cluster.start({ workers, workerSet: [`timeScale=${timeScale}`, 'side=128'] });
  const mix = await EditMix.prepare(cluster.client(), { templates, steps: 8 });
  await using calls = cluster.plainCalls();
  const random = seeded(seed);
  const send = (deadlineMs: number) => plainSender(calls, { mix, random, deadlineMs });

  say('overload: alone, and capacity');
  await closedLoop({ count: 6 * templates, atOnce: 4 * workers, send: send(patientMs) });
  const aloneMs = median(latencies(await closedLoop({ count: 10, atOnce: 1, send: send(patientMs) })));
  const deadlineMs = patience * aloneMs;
  const capacity =
    options.capacity ?? rate(await closedLoop({ count: capacityEdits, atOnce: 12 * workers, send: send(patientMs) }));

  say(`overload: ${capacity.toFixed(1)} edits a second, then ${factor} times as many, and back`);
  const usualLoad = { perSecond: 0.7 * capacity, seconds: usualSeconds, random, send: send(deadlineMs) };
  const nearly = options.capacity === undefined ? await offer({ ...usualLoad, perSecond: 0.95 * capacity }) : [];
  const usual = await offer(usualLoad);
  const overload = await offer({ ...usualLoad, perSecond: factor * capacity, seconds });
  const after = await offer(usualLoad);
  const admitted = overload.filter(({ outcome }) => outcome !== 'overloaded');
  return {
    aloneMs,
    deadlineMs,
    capacity,
    peakGoodput: Math.max(...[nearly, usual].filter(({ length }) => length > 0).map(rate)),
    goodput: rate(overload),
    refusalsMs: latencies(overload, 'overloaded'),
    lateShare: admitted.filter(({ outcome }) => outcome !== 'good').length / Math.max(1, admitted.length),
    recoverySeconds: recoverySeconds(usual, after),
    usual,
    overload,
    after,
  };
}

/** Good edits a second. */
function rate(ended: readonly Ended[]): number {
  const good = ended.filter(({ outcome }) => outcome === 'good');
  const endMs = Math.max(...ended.map(({ atMs, ms }) => atMs + ms));
  return (1000 * good.length) / endMs;
}

/** So many seconds in a row have to be as before. */
const steadySeconds = 3;

/**
 * The start of the first seconds in a row that are as before the overload: in none of them do more edits fail than in any
 * second before, or a tenth of them take a tenth longer than the 99th percentile before.
 */
function recoverySeconds(before: readonly Ended[], after: readonly Ended[]): number {
  const limitMs = 1.1 * quantile(latencies(before), 0.99);
  const failed = (ended: readonly Ended[]) => ended.filter(({ outcome }) => outcome !== 'good').length;
  const usual = Math.max(0, ...[...bySecond(before).values()].map(failed));
  const isUnusual = (ended: readonly Ended[]) => failed(ended) > usual || quantile(latencies(ended), 0.9) > limitMs;
  const unusual = new Set([...bySecond(after)].filter(([, ended]) => isUnusual(ended)).map(([second]) => second));
  let start = 0;
  for (let second = 0; second < start + steadySeconds; second++) if (unusual.has(second)) start = second + 1;
  return start;
}

function bySecond(ended: readonly Ended[]): ReadonlyMap<number, readonly Ended[]> {
  return Map.groupBy(ended, ({ atMs }) => Math.floor(atMs / 1000));
}
