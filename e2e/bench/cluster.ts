import { counts, failures, latencies } from '../harness/load.ts';
import { measureOverload } from './cluster-overload.ts';
import { measureFiles, measureGateway } from './cluster-path.ts';
import { measureRedisGone } from './cluster-redis.ts';
import { measureTenants } from './cluster-tenants.ts';
import { type BenchContext, type BenchResult, quantile, type Row, row } from './rows.ts';

/** The whole system as processes, on workers that take the time of a device and compute nothing. */
export async function benchCluster({ isQuick, say }: BenchContext): Promise<BenchResult> {
  say('gateway: what it adds to an edit');
  const edit = await measureGateway(isQuick ? 80 : 400);
  say('gateway: large files');
  const files = await measureFiles(isQuick ? 5 : 15);
  const rows: Row[] = [
    row('cluster.gateway_ms.p50', edit.gatewayMs - edit.workerMs, { unit: 'ms', atMost: 3 }),
    row('cluster.edit_ms.p50', edit.gatewayMs, { unit: 'ms' }),
    row('cluster.stream_mb_s', files.streamMbS, { unit: 'MB/s', atLeast: 200 }),
    row('cluster.upload_mb_s', files.uploadMbS, { unit: 'MB/s', atLeast: 80 }),
    ...(await overloadRows({ isQuick, say })),
    ...(await tenantRows({ isQuick, say })),
    ...(await redisRows({ isQuick, say })),
  ];
  return { rows: rows.map((each) => ({ ...each, engine: 'simulated' })) };
}

/** Five times as many edits as can be done. */
export async function overloadRows({ isQuick, say }: BenchContext): Promise<readonly Row[]> {
  const sizes = isQuick
    ? { seconds: 4, usualSeconds: 2, capacityEdits: 100, templates: 6 }
    : { seconds: 60, usualSeconds: 20 };
  const figures = await measureOverload({ ...sizes, workers: 2, seed: 3, say });
  const { refusalsMs, capacity, deadlineMs, goodput, peakGoodput, lateShare, recoverySeconds } = figures;
  for (const [kind, count] of failures(figures.overload)) say(`overload: ${count} times ${kind}`);
  return [
    row('cluster.capacity', capacity, { unit: 'edits/s' }),
    row('cluster.overload.deadline_ms', deadlineMs, { unit: 'ms' }),
    row('cluster.overload.edits', figures.overload.length, { unit: 'edits' }),
    row('cluster.overload.goodput', goodput, { unit: 'edits/s' }),
    row('cluster.overload.goodput_share', goodput / peakGoodput, { unit: 'ratio', atLeast: 0.9 }),
    row('cluster.overload.admitted_late_share', lateShare, { unit: 'ratio', atMost: 0.01 }),
    row('cluster.refusal_ms.p99', quantile(refusalsMs, 0.99), { unit: 'ms', atMost: 20 }),
    row('cluster.refusal_ms.p50', quantile(refusalsMs, 0.5), { unit: 'ms' }),
    row('cluster.recovery_s', recoverySeconds, { unit: 's', atMost: 10 }),
  ];
}

/** One tenant sends ten times its share. */
export async function tenantRows({ isQuick, say }: BenchContext): Promise<readonly Row[]> {
  const figures = await measureTenants({
    seconds: isQuick ? 4 : 60,
    turns: isQuick ? 1 : 2,
    capacityEdits: isQuick ? 80 : 160,
    workers: 2,
    seed: 5,
    say,
  });
  const goodShare = (of: typeof figures.with) => (counts(of).good ?? 0) / of.length;
  const p95 = (of: typeof figures.with) => quantile(latencies(of), 0.95);
  return [
    row('cluster.tenant_cost', p95(figures.with) / p95(figures.without), { unit: 'ratio', atMost: 1.1 }),
    row('cluster.tenant.others_good_share', goodShare(figures.with), { unit: 'ratio' }),
    row('cluster.tenant.greedy_good_share', goodShare(figures.greedy), { unit: 'ratio' }),
  ];
}

/** Redis is gone for a while. */
export async function redisRows({ isQuick, say }: BenchContext): Promise<readonly Row[]> {
  const figures = await measureRedisGone({ seconds: isQuick ? 3 : 60, perSecond: isQuick ? 20 : 85, seed: 7, say });
  const { ended, refusalsMs, jobs } = figures;
  for (const [kind, count] of failures(ended)) say(`redis: ${count} times ${kind}`);
  return [
    row('cluster.redis_gone.success_share', (counts(ended).good ?? 0) / ended.length, {
      unit: 'ratio',
      atLeast: 0.999,
    }),
    row('cluster.redis_gone.refusal_ms.p99', quantile(refusalsMs, 0.99), { unit: 'ms', atMost: 100 }),
    row('cluster.redis_gone.jobs_lost', jobs.taken - jobs.done, { unit: 'jobs', atMost: 0 }),
  ];
}
