import type { DashboardSpec } from './dashboards.ts';
import { heat, lines } from './panels.ts';
import { mean, meanOfModel, perSecond, perSecondOfModel, quantileOfModel } from './promql.ts';

const phases = 'instgenie_gateway_edit_phase_seconds';
const workerPhases = 'instgenie_edit_phase_seconds';

export const anatomy: DashboardSpec = {
  name: 'anatomy',
  title: 'An edit’s anatomy',
  about: 'Where do the milliseconds go: at the gateway, in line, in the batch, waiting for activations?',
  panels: [
    lines({
      title: 'Where the milliseconds go',
      about: 'Mean of each part, as the gateway sees it; together an edit, but for the way between processes.',
      unit: 's',
      width: 24,
      stacked: true,
      queries: [{ expr: meanOfModel(phases, { by: ['phase'] }), legend: '{{phase}}' }],
    }),
    lines({
      title: 'On the worker',
      about: 'decode: the picture is read; encode: it and the prompt; finish: the result is painted and written.',
      unit: 's',
      stacked: true,
      queries: [{ expr: meanOfModel(workerPhases, { by: ['phase'] }), legend: '{{phase}}' }],
    }),
    lines({
      title: 'Slow edits',
      about: '95th percentile of each part: which one makes the slow ones slow.',
      unit: 's',
      queries: [{ expr: quantileOfModel(0.95, phases, { by: ['phase'] }), legend: '{{phase}}' }],
    }),
    heat({
      title: 'Durations',
      about: 'Edits that ended well, by what they took. Points are edits with a trace.',
      unit: 's',
      queries: [
        {
          expr: perSecondOfModel('instgenie_gateway_edit_duration_seconds_bucket', { by: ['le'] }),
          legend: '{{le}}',
          hasExemplars: true,
        },
      ],
    }),
    lines({
      title: 'By size of the mask',
      about: 'Mean duration; le_0.1 is a mask of up to a tenth of the window. Small masks should be quick.',
      unit: 's',
      queries: [
        {
          expr: meanOfModel('instgenie_gateway_edit_duration_seconds', { by: ['mask_bucket'] }),
          legend: '{{mask_bucket}}',
        },
      ],
    }),
    lines({
      title: 'Stalls',
      about: 'Share of the time in steps that waited for activations: more than a few percent means slow tiers.',
      unit: 'percentunit',
      queries: [
        {
          expr: `${perSecondOfModel('instgenie_batch_stall_seconds_total', { by: ['model'] })} / ${perSecondOfModel('instgenie_batch_step_seconds_sum', { by: ['model'] })}`,
          legend: '{{model}}',
        },
      ],
    }),
    lines({
      title: 'Gaps between steps',
      about: 'Share of the time in which the device did nothing though an edit was under way.',
      unit: 'percentunit',
      queries: [
        {
          expr: `${perSecondOfModel('instgenie_batch_gap_seconds_total', { by: ['model'] })} / (${perSecondOfModel('instgenie_batch_step_seconds_sum', { by: ['model'] })} + ${perSecondOfModel('instgenie_batch_gap_seconds_total', { by: ['model'] })})`,
          legend: '{{model}}',
        },
      ],
    }),
    lines({
      title: 'Event loops',
      about: '99th percentile of how late the loop of a process was.',
      unit: 's',
      queries: [{ expr: 'max by (job) (nodejs_eventloop_lag_p99_seconds)', legend: '{{job}}' }],
    }),
    lines({
      title: 'Picking a worker',
      about: 'What the balancer’s decision takes.',
      unit: 's',
      queries: [{ expr: mean('instgenie_pick_seconds'), legend: 'mean' }],
    }),
    lines({
      title: 'Spans',
      about: 'What became of them. failed or full: the collector is away or too slow; edits do not notice.',
      unit: 'cps',
      queries: [{ expr: perSecond('instgenie_spans_total', { by: ['outcome'] }), legend: '{{outcome}}' }],
    }),
  ],
};
