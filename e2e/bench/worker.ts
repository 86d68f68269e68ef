import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AdmissionPolicy, continuousBatching, requestBatching, staticBatching } from '@instgenie/batching';
import { Engine, Template } from '@instgenie/engine';
import { arrivals, typicalSeed } from './arrivals.ts';
import { demoModel } from './engine.ts';
import { maskRatios, publishedMeans } from './mask-ratios.ts';
import { EditPool, type LoopTimes, openLoop } from './open-loop.ts';
import { benchTemplate } from './pipeline-steps.ts';
import { type BenchContext, type BenchResult, median, quantile, type Row, row } from './rows.ts';
import { benchService } from './worker-service.ts';

const stepsPerEdit = 4;
/** On all sides. */
const batchMax = 4;
const kinds = 12;
const policies = [continuousBatching, staticBatching, requestBatching] as const;

interface Side {
  readonly engine: Engine;
  readonly pool: EditPool;
  readonly policy: AdmissionPolicy;
}

/** Edits as they come, at rates up to more than can be done: continuous batching with masks against what it replaces. */
export async function benchWorker({ isQuick, say }: BenchContext): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'instgenie-bench-'));
  try {
    const threads = availableParallelism();
    await using engine = await Engine.open({ folder: demoModel, cache: folder, threads, storage: 'int8' });
    await using template = await Template.prepare(engine, benchTemplate(engine, stepsPerEdit));
    await template.prime();
    const ratios = maskRatios(publishedMeans[0], kinds);
    await using masked = await EditPool.prepare(engine, template, { ratios, each: isQuick ? 5 : 12, dense: false });
    await using dense = await EditPool.prepare(engine, template, { ratios, each: isQuick ? 2 : 8, dense: true });
    const ours: Side = { engine, pool: masked, policy: continuousBatching };
    const theirs: Side = { engine, pool: dense, policy: staticBatching };
    const rows: Row[] = [];
    // A few edits make no queue.
    const goal = (of: { readonly atLeast?: number; readonly atMost?: number }) => (isQuick ? {} : of);

    say('capacities');
    const capacity = { ours: await capacityOf(ours, 24), theirs: await capacityOf(theirs, isQuick ? 8 : 16) };
    rows.push(row('worker.capacity.continuous', 1000 * capacity.ours, { unit: 'edits/s' }));
    rows.push(row('worker.capacity.dense_static', 1000 * capacity.theirs, { unit: 'edits/s' }));

    say('the rate at which dense static batching is nearly saturated');
    const count = isQuick ? 16 : 300;
    const nearly = { count, kinds, perMs: 0.95 * capacity.theirs };
    const seed = typicalSeed(nearly, { batchMax, editMs: 1 / capacity.theirs });
    const slow = await offered(theirs, nearly, seed);
    const fast = await offered(ours, nearly, seed);
    rows.push(
      row('worker.latency.static_dense_ratio', mean(slow.latencyMs) / mean(fast.latencyMs), {
        unit: 'ratio',
        ...goal({ atLeast: 14.7 }),
      }),
      row('worker.latency.dense_static.mean_ms', mean(slow.latencyMs), { unit: 'ms' }),
      row('worker.latency.continuous.mean_ms', mean(fast.latencyMs), { unit: 'ms' }),
    );

    say('the highest rate with a bounded P95');
    const probes = isQuick ? 2 : 5;
    const best = {
      ours: await highestRate(ours, { capacity: capacity.ours, count: isQuick ? 24 : 100, probes }),
      theirs: await highestRate(theirs, { capacity: capacity.theirs, count: isQuick ? 6 : 32, probes }),
    };
    rows.push(row('worker.throughput.static_dense_ratio', best.ours / best.theirs, { unit: 'ratio', atLeast: 3 }));

    say('loads');
    for (const load of isQuick ? [0.5, 0.8] : [0.1, 0.25, 0.5, 0.8, 1, 1.2]) {
      const perMs = load * capacity.ours;
      const each = Math.min(150, Math.ceil(loadMs(isQuick) * perMs));
      // Below half load nobody waits, and they hardly differ.
      for (const policy of load < 0.5 ? [continuousBatching] : policies) {
        const times = await offered({ ...ours, policy }, { count: each, perMs });
        rows.push(...loadRows(`worker.load${load}.${policy.name}`, times));
        if (load === 0.5 && policy === continuousBatching) {
          const stepMs = median(times.steps.map(({ ms }) => ms));
          rows.push(row('worker.queue_steps.p50', median(times.queueMs) / stepMs, { unit: 'steps', atMost: 1 }));
        }
      }
    }
    const ratio = await p95Ratio(ours, { perMs: 0.8 * capacity.ours, isQuick });
    rows.push(row('worker.p95.static_masked_ratio', ratio, { unit: 'ratio', ...goal({ atMost: 0.75 }) }));

    say('the loop itself, eight edits at once');
    const full = await openLoop({ ...ours, batchMax: 8, arrivals: atOnce(isQuick ? 16 : 48) });
    const loops = full.steps.filter(({ batch }) => batch === 8).map(({ loopMs }) => loopMs);
    rows.push(row('worker.loop_ms.batch8', median(loops), { unit: 'ms', atMost: 1 }));
    if (!isQuick) rows.push(...(await otherMasks(engine, template)));
    // Quick runs have no time for it: one edit takes a second.
    if (!isQuick) rows.push(...(await benchService(say)));
    return { rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function loadMs(isQuick: boolean): number {
  return isQuick ? 4_000 : 8_000;
}

/** P95 of continuous over that of static batching, of several traces together, in turns: a tail has few edits in it. */
async function p95Ratio(side: Side, { perMs, isQuick }: { readonly perMs: number; readonly isQuick: boolean }) {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (const seed of isQuick ? [5] : [11, 12, 13]) {
    const trace = { count: isQuick ? 40 : 250, perMs };
    ours.push(...(await offered({ ...side, policy: continuousBatching }, trace, seed)).latencyMs);
    theirs.push(...(await offered({ ...side, policy: staticBatching }, trace, seed)).latencyMs);
  }
  return quantile(ours, 0.95) / quantile(theirs, 0.95);
}

async function otherMasks(engine: Engine, template: Template): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const maskMean of publishedMeans.slice(1)) {
    const ratios = maskRatios(maskMean, kinds);
    await using pool = await EditPool.prepare(engine, template, { ratios, each: 8, dense: false });
    const side: Side = { engine, pool, policy: continuousBatching };
    const capacity = await capacityOf(side, 24);
    rows.push(row(`worker.mask${maskMean}.capacity.continuous`, 1000 * capacity, { unit: 'edits/s' }));
    const times = await offered(side, { count: 30, perMs: 0.5 * capacity });
    rows.push(...loadRows(`worker.mask${maskMean}.load0.5.continuous`, times));
  }
  return rows;
}

/** Edits a millisecond, with as many there as there is room for. */
async function capacityOf(side: Side, count: number): Promise<number> {
  await openLoop({ ...side, batchMax, arrivals: atOnce(Math.min(count, 8)) });
  const { totalMs } = await openLoop({ ...side, batchMax, arrivals: atOnce(count) });
  return count / totalMs;
}

function offered(
  side: Side,
  { count, perMs }: { readonly count: number; readonly perMs: number },
  seed?: number,
): Promise<LoopTimes> {
  return openLoop({ ...side, batchMax, arrivals: arrivals({ count, kinds, perMs }, seed) });
}

/** The highest rate whose P95 is at most five times the latency without load, by halving. */
async function highestRate(
  side: Side,
  { capacity, count, probes }: { readonly capacity: number; readonly count: number; readonly probes: number },
): Promise<number> {
  // Every mask once: without load, too, an edit takes what its mask takes.
  const alone = kinds;
  const { totalMs } = await openLoop({ ...side, policy: requestBatching, batchMax, arrivals: atOnce(alone) });
  const limitMs = (5 * totalMs) / alone;
  let [good, bad] = [0, 1.2 * capacity];
  for (let probe = 0; probe < probes; probe++) {
    const perMs = (good + bad) / 2;
    const { latencyMs } = await offered(side, { count, perMs });
    if (quantile(latencyMs, 0.95) <= limitMs) good = perMs;
    else bad = perMs;
  }
  return good === 0 ? bad / 2 : good;
}

function loadRows(name: string, { latencyMs, queueMs, totalMs }: LoopTimes): readonly Row[] {
  return [
    row(`${name}.throughput`, (1000 * latencyMs.length) / totalMs, { unit: 'edits/s' }),
    row(`${name}.mean_ms`, mean(latencyMs), { unit: 'ms' }),
    ...[0.5, 0.95, 0.99].map((share) => row(`${name}.p${100 * share}_ms`, quantile(latencyMs, share), { unit: 'ms' })),
    row(`${name}.queue_ms.p50`, median(queueMs), { unit: 'ms' }),
  ];
}

function atOnce(count: number) {
  return Array.from({ length: count }, (_, index) => ({ atMs: 0, kind: index % kinds }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
