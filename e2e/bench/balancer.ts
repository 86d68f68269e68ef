import {
  Fleet,
  leastRequests,
  leastTokens,
  predictedFinish,
  roundRobin,
  usualLimits,
  usualOutliers,
} from '@instgenie/balancer';
import { edits, seeded, zipfTemplates } from './eviction-trace.ts';
import { maskRatios, publishedMeans } from './mask-ratios.ts';
import { type BenchContext, type BenchResult, median, quantile, type Row, row } from './rows.ts';
import { type FleetRun, requestOf, runFleet } from './simulated-fleet.ts';
import * as machine from './simulated-machine.ts';
import { Holders, SimulatedWorker } from './simulated-worker.ts';

const templatesCount = 970;
const load = 0.5;
const warmUp = 0.3;
const seed = 3;

/** Edits that are placed on simulated workers by the balancer's own code, against other policies and an oracle. */
export async function benchBalancer({ isQuick, say }: BenchContext): Promise<BenchResult> {
  const rows: Row[] = [];
  rows.push(...pickRows(say, isQuick));
  const sizes = isQuick
    ? [{ workers: 100, count: 10_000 }]
    : [
        { workers: 10, count: 20_000 },
        { workers: 100, count: 30_000 },
        { workers: 1000, count: 40_000 },
      ];
  for (const [at, size] of sizes.entries()) {
    const ratios = publishedMeans.map((mean) =>
      compare({ ...size, mean, say, rows, others: !isQuick && size.workers <= 100 }),
    );
    if (at < sizes.length - 1) continue;
    const mean = ratios.reduce((sum, { count }) => sum + count, 0) / ratios.length;
    rows.push(row('balancer.p95.count_ratio', mean, { unit: 'ratio', atMost: 0.65 }));
    const worst = Math.max(...ratios.map(({ oracle }) => oracle));
    rows.push(row('balancer.p95.oracle_ratio', worst, { unit: 'ratio', atMost: 1.1 }));
  }
  rows.push(...replicaRows(say, isQuick), ...tenantRows(say, isQuick));
  return { rows };
}

interface Comparison {
  readonly workers: number;
  readonly count: number;
  readonly mean: number;
  /** Whether to run the policies that no goal is for. */
  readonly others: boolean;
  readonly say: BenchContext['say'];
  readonly rows: Row[];
}

function compare({ workers, count, mean, others, say, rows }: Comparison) {
  const run = { workers, masks: masksOf(mean), templates: trace(count), load, warmUp, seed };
  const p95 = (name: string, policy: FleetRun['policy']) => {
    say(`${workers} workers, masks of ${mean} on average, ${name}: ${count} edits`);
    const { latencyMs } = runFleet({ ...run, policy });
    const [half, most] = [quantile(latencyMs, 0.5), quantile(latencyMs, 0.95)];
    const where = `${name}.mask${mean}.workers${workers}`;
    rows.push(
      row(`balancer.p50_ms.${where}`, half, { unit: 'ms' }),
      row(`balancer.p95_ms.${where}`, most, { unit: 'ms' }),
    );
    return most;
  };
  const ours = p95('predicted', predictedFinish);
  const oracle = ours / p95('oracle', 'oracle');
  const ofCount = ours / p95('count', leastRequests);
  if (others) {
    p95('tokens', leastTokens);
    p95('round_robin', roundRobin);
  }
  const where = `mask${mean}.workers${workers}`;
  rows.push(
    row(`balancer.p95.count_ratio.${where}`, ofCount, { unit: 'ratio' }),
    row(`balancer.p95.oracle_ratio.${where}`, oracle, { unit: 'ratio' }),
  );
  return { count: ofCount, oracle };
}

/** Three balancers that know nothing of each other against one. */
function replicaRows(say: BenchContext['say'], isQuick: boolean): readonly Row[] {
  say('three balancers');
  const run = { workers: 100, masks: masksOf(0.11), templates: trace(isQuick ? 10_000 : 30_000), load, warmUp, seed };
  const p95 = (balancers: number) => quantile(runFleet({ ...run, policy: predictedFinish, balancers }).latencyMs, 0.95);
  return [row('balancer.p95.replicas3_ratio', p95(3) / p95(1), { unit: 'ratio' })];
}

/** Ten tenants alike at half load, and one that sends ten times as much as each of them besides. */
function tenantRows(say: BenchContext['say'], isQuick: boolean): readonly Row[] {
  say('a tenant that sends ten times its share');
  const count = isQuick ? 6000 : 20_000;
  const run = { workers: 30, policy: predictedFinish, masks: masksOf(0.11), warmUp, seed };
  const alone = runFleet({ ...run, templates: trace(count), load, muchShare: 0 });
  const beside = runFleet({ ...run, templates: trace(2 * count), load: 2 * load, muchShare: 0.5 });
  const p95 = ({ latencyMs }: typeof alone) => quantile(latencyMs, 0.95);
  return [
    row('balancer.tenant_cost', p95(beside) / p95(alone), { unit: 'ratio' }),
    row('balancer.tenant_cost.others_refused', beside.refused.others, { unit: 'share' }),
    row('balancer.tenant_cost.much_refused', beside.refused.much, { unit: 'share' }),
  ];
}

const pickRounds = 15;

/**
 * What a pick takes, with all that is remembered of it: the median of rounds. Picks in which somebody else took the core
 * away are left out, and their share is told.
 */
function pickRows(say: BenchContext['say'], isQuick: boolean): readonly Row[] {
  return [100, ...(isQuick ? [] : [1000])].flatMap((count) => {
    say(`picks from ${count} workers`);
    const times = pickTimes(count);
    const over = (share: number) => median(times.map((round) => quantile(round, share)));
    const p99 = over(0.99);
    return [
      row(`balancer.pick_ms.p50${suffix(count)}`, over(0.5), { unit: 'ms' }),
      count === 100
        ? row('balancer.pick_ms.p99', p99, { unit: 'ms', atMost: 0.1 })
        : row(`balancer.pick_ms.p99${suffix(count)}`, p99, { unit: 'ms' }),
      row(`balancer.pick_ms.disturbed_share${suffix(count)}`, 1 - times.flat().length / (pickRounds * picksOf(count)), {
        unit: 'share',
      }),
    ];
  });
}

function suffix(count: number): string {
  return count === 100 ? '' : `.workers${count}`;
}

function picksOf(count: number): number {
  return 200_000 / count;
}

function pickTimes(count: number): readonly (readonly number[])[] {
  const picks = picksOf(count);
  const templates = trace(50_000);
  const random = seeded(seed);
  const holders = new Holders();
  const fleet = new Fleet({
    name: 'bench',
    policy: predictedFinish,
    limits: { ...usualLimits, saturation: Number.POSITIVE_INFINITY },
    outliers: usualOutliers,
    beatMs: 250,
    goneMs: 10_000,
    editsMax: 65_536,
  });
  const workers = Array.from(
    { length: count },
    (_, place) => new SimulatedWorker({ name: `worker-${place}`, place, speed: 1, misfit: 1, holders }),
  );
  for (const worker of workers) {
    for (let used = 0; used < 500; used++) worker.keep(templates[Math.floor(random() * templates.length)] ?? 0);
  }
  const masks = masksOf(0.11);
  let [nowMs, next] = [0, 0];
  return Array.from({ length: pickRounds }, () => {
    nowMs += 250;
    for (const worker of workers) {
      fleet.heard(worker.report(), { address: worker.truth.name, stream: worker.truth.place }, nowMs);
    }
    return Array.from({ length: picks }, () => {
      const [template = 0, maskedTokens = 1] = [templates[next % templates.length], masks[next % masks.length]];
      const id = `edit-${next++}`;
      const request = requestOf({
        id,
        tenant: `tenant-${next % 50}`,
        template,
        maskedTokens,
        arrivedMs: 0,
        stepsDone: 0,
      });
      nowMs += 250 / picks;
      const { involuntaryContextSwitches: switches } = process.resourceUsage();
      const began = performance.now();
      const outcome = fleet.pick(request, nowMs);
      const tookMs = performance.now() - began;
      const isDisturbed = process.resourceUsage().involuntaryContextSwitches !== switches;
      if (outcome.kind === 'picked' && next > count) {
        const end = { editId: `edit-${next - count}`, worker: outcome.view.worker, ending: 'cancelled' as const };
        fleet.ended({ ...end, tookMs: 0, predictedMs: 0 }, nowMs);
      }
      return isDisturbed ? [] : [tookMs];
    }).flat();
  });
}

function masksOf(mean: number): readonly number[] {
  return maskRatios(mean, 100).map((ratio) => Math.max(2, Math.round(ratio * machine.tokens)));
}

/** Templates of edits, by popularity. */
function trace(count: number): readonly number[] {
  const pool = zipfTemplates(templatesCount, seeded(7));
  const places = new Map(pool.map(({ id }, place) => [id, place]));
  return [...edits(pool, { count, random: seeded(11) })].map(({ id }) => places.get(id) ?? 0);
}
