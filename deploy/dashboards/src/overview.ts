import type { DashboardSpec } from './dashboards.ts';
import { figure, lines } from './panels.ts';
import { perSecond, perSecondOfModel, quantileOfModel, total } from './promql.ts';

const edits = 'instgenie_gateway_edits_total';
/** As in deploy/alerts/slo.yaml: what is the caller's own doing, or a refusal in time, is not ours. */
const ours = 'code!~"invalid|unauthenticated|forbidden|not-found|conflict|unsupported|cancelled|overloaded"';
const ok = 'code="ok"';
const duration = 'instgenie_gateway_edit_duration_seconds';
const refused = perSecond('instgenie_gateway_refused_total', { where: ['priority!="batch"'] });
const inTime = 'le=~"5|5.0"';

export const overview: DashboardSpec = {
  name: 'overview',
  title: 'Overview',
  about: 'Do edits succeed, in time, and who is turned away? Begin here.',
  panels: [
    figure({
      title: 'Success',
      about: 'Edits that ended well, of those that we had to do. The goal is 99.9 %.',
      unit: 'percentunit',
      bounds: [0.99, 0.999],
      isHighGood: true,
      queries: [{ expr: `${perSecond(edits, { where: [ok] })} / ${perSecond(edits, { where: [ours] })}` }],
    }),
    figure({
      title: 'Within 5 s',
      about: 'Edits that ended well within 5 s. The goal is 99 %.',
      unit: 'percentunit',
      bounds: [0.95, 0.99],
      isHighGood: true,
      queries: [
        { expr: `${perSecond(`${duration}_bucket`, { where: [inTime] })} / ${perSecond(`${duration}_count`)}` },
      ],
    }),
    figure({
      title: 'Goodput',
      about: 'Edits that end well in a second.',
      unit: 'reqps',
      queries: [{ expr: perSecond(edits, { where: [ok] }) }],
    }),
    figure({
      title: 'Refused',
      about: 'Edits that nobody had room or time for, without those of jobs, which come again by themselves.',
      unit: 'percentunit',
      bounds: [0.01, 0.05],
      queries: [
        { expr: `(${refused} or vector(0)) / ((${refused} or vector(0)) + ${perSecond(edits, { where: [ok] })})` },
      ],
    }),
    figure({
      title: 'Workers',
      about: 'Workers that serve, as gateways know them.',
      unit: 'none',
      bounds: [1, 2],
      isHighGood: true,
      queries: [{ expr: 'max(instgenie_gateway_workers{state="serving"})' }],
    }),
    figure({
      title: 'Retry budget',
      about: 'Retries that the gateway with the fewest has left; at 0, lost edits fail. A full one has 100.',
      unit: 'none',
      bounds: [10, 50],
      isHighGood: true,
      queries: [{ expr: 'min(instgenie_gateway_retry_budget_remaining)' }],
    }),
    lines({
      title: 'Edits by outcome',
      about: 'Anything but ok and the callers’ own mistakes is worth a look in the log, by code.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: perSecond(edits, { by: ['code'] }), legend: '{{code}}' }],
    }),
    lines({
      title: 'Latency',
      about: 'From the call to the last result. Points are edits with a trace.',
      unit: 's',
      queries: [0.5, 0.95, 0.99].map((share) => ({
        expr: quantileOfModel(share, duration),
        legend: `p${100 * share}`,
        hasExemplars: share === 0.99,
      })),
    }),
    lines({
      title: 'Refusals by reason',
      about: 'What was lacking: room at the gateway or a worker, time before the deadline, a tenant’s quota.',
      unit: 'reqps',
      stacked: true,
      queries: [
        {
          expr: perSecond('instgenie_gateway_refused_total', { by: ['reason', 'priority'] }),
          legend: '{{reason}} {{priority}}',
        },
      ],
    }),
    lines({
      title: 'Edits by model',
      about: 'Edits that ended well.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: perSecondOfModel(edits, { by: ['model'], where: [ok] }), legend: '{{model}}' }],
    }),
    lines({
      title: 'Edits under way',
      about: 'At gateways, and on workers in whatever stage.',
      unit: 'none',
      queries: [
        { expr: total('instgenie_gateway_edits_running'), legend: 'at gateways' },
        { expr: total('instgenie_edits_here'), legend: 'on workers' },
        { expr: total('instgenie_edits_orphaned'), legend: 'without a caller' },
      ],
    }),
    lines({
      title: 'Jobs',
      about: 'Edits of jobs. What waits is done when there is room.',
      unit: 'none',
      queries: [
        { expr: 'max by (state) (instgenie_job_edits)', legend: '{{state}}' },
        { expr: 'max(instgenie_job_webhooks_waiting)', legend: 'webhooks to send' },
      ],
    }),
    lines({
      title: 'How long jobs wait',
      about: 'Of the edit that is next.',
      unit: 's',
      queries: [{ expr: 'max(instgenie_job_waiting_seconds)', legend: 'next edit' }],
    }),
    lines({
      title: 'Moves',
      about: 'Times that an edit went on on another worker, from its checkpoint.',
      unit: 'reqps',
      queries: [{ expr: perSecond('instgenie_gateway_moves_total', { by: ['model'] }), legend: '{{model}}' }],
    }),
    lines({
      title: 'Answers over HTTP',
      about: 'By status.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: perSecond('instgenie_gateway_http_answers_total', { by: ['status'] }), legend: '{{status}}' }],
    }),
    lines({
      title: 'What edits lean on',
      about: '1 while it is there. Edits go on without Redis and without balancers, jobs wait.',
      unit: 'none',
      queries: [
        { expr: 'min by (use) (instgenie_redis_up)', legend: 'Redis, {{use}}' },
        { expr: '1 - max(instgenie_gateway_alone)', legend: 'balancers' },
      ],
    }),
  ],
};
