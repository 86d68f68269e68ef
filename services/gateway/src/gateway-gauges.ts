import type { RedisIndex } from '@instgenie/index';
import { type Figures, type Registry, readGauge } from '@instgenie/telemetry';
import type { EditDesk } from './edits/edit-desk.ts';
import type { RetryBudget } from './edits/retry-budget.ts';
import type { BalancerFleet } from './fleet/balancer-fleet.ts';
import type { JobDesk } from './jobs/job-desk.ts';
import type { LineCounts } from './jobs/job-line.ts';

export interface GaugedParts {
  readonly editing: Pick<EditDesk, 'count'>;
  readonly budget: Pick<RetryBudget, 'left'>;
  readonly fleet: Pick<BalancerFleet, 'workers' | 'isAlone'>;
  readonly index: Pick<RedisIndex, 'isUp'> | undefined;
  readonly jobs: Pick<JobDesk, 'isQueueUp' | 'counts'> | undefined;
  readonly now: () => number;
}

/** The figures of a gateway that are read when somebody looks. */
export function gaugeGateway(registry: Registry, { editing, budget, fleet, index, jobs, now }: GaugedParts): void {
  readGauge(registry, { name: 'gateway_edits_running', help: 'Edits that are here.' }, () => [[editing.count]]);
  readGauge(registry, { name: 'gateway_retry_budget_remaining', help: 'Retries that are left.' }, () => [
    [budget.left],
  ]);
  readGauge(registry, { name: 'gateway_workers', help: 'Workers that are known.', label: 'state' }, () => {
    const serving = fleet.workers.filter(({ isServing }) => isServing).length;
    return [
      [serving, 'serving'],
      [fleet.workers.length - serving, 'other'],
    ];
  });
  readGauge(registry, { name: 'gateway_alone', help: '1 while it picks without a balancer.' }, () => [
    [Number(fleet.isAlone)],
  ]);
  if (index === undefined || jobs === undefined) return;
  readGauge(registry, { name: 'redis_up', help: '1 while Redis answers, by what it is for.', label: 'use' }, () => [
    [Number(index.isUp), 'index'],
    [Number(jobs.isQueueUp), 'jobs'],
  ]);
  gaugeJobs(registry, jobs, now);
}

/** The same at every gateway. Nothing is said of jobs while the queue does not answer. */
function gaugeJobs(registry: Registry, jobs: Pick<JobDesk, 'counts'>, now: () => number): void {
  const read = (figures: (counts: LineCounts) => Figures) => async () => {
    try {
      return figures(await jobs.counts());
    } catch {
      return [];
    }
  };
  readGauge(
    registry,
    { name: 'job_edits', help: 'Edits of jobs, by where they are.', label: 'state' },
    read(({ edits }) => Object.entries(edits).map(([state, count]) => [count, state] as const)),
  );
  readGauge(
    registry,
    { name: 'job_webhooks_waiting', help: 'Webhooks that are to be sent.' },
    read(({ webhooksWaiting }) => [[webhooksWaiting]]),
  );
  readGauge(
    registry,
    { name: 'job_waiting_seconds', help: 'How long the edit of a job has waited that is next; 0 where none waits.' },
    read(({ headSinceMs }) => [[headSinceMs === undefined ? 0 : Math.max(0, now() - headSinceMs) / 1000]]),
  );
}
