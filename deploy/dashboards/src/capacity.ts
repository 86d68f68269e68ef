import type { DashboardSpec } from './dashboards.ts';
import { bars, lines } from './panels.ts';
import { perSecondOfModel, total, totalOfModel } from './promql.ts';

const tokenSteps = 'instgenie_masked_token_steps_total';
const stepSeconds = 'instgenie_batch_step_seconds_sum';
const edits = 'instgenie_gateway_edits_total';
const byModel = { by: ['model'] } as const;
const workers = `count by (model) (instgenie_model_loaded{model=~"$model"} == 1)`;

export const capacity: DashboardSpec = {
  name: 'capacity',
  title: 'Capacity and cost',
  hasPrice: true,
  about: 'How busy is each model’s device, how much more could it do, and what does an edit cost?',
  panels: [
    lines({
      title: 'Busy devices',
      about: 'Share of the time in which a worker’s device ran steps. From about 0.8 on edits wait.',
      unit: 'percentunit',
      queries: [{ expr: `${perSecondOfModel(stepSeconds, byModel)} / on (model) ${workers}`, legend: '{{model}}' }],
    }),
    lines({
      title: 'Work done',
      about: 'Masked tokens times steps in a second: the unit of capacity and of quotas.',
      unit: 'cps',
      stacked: true,
      queries: [{ expr: perSecondOfModel(tokenSteps, byModel), legend: '{{model}}' }],
    }),
    lines({
      title: 'Work in a busy second',
      about: 'Masked token-steps that a device does while it runs steps: what a worker could do at most.',
      unit: 'cps',
      queries: [
        {
          expr: `${perSecondOfModel(tokenSteps, byModel)} / ${perSecondOfModel(stepSeconds, byModel)}`,
          legend: '{{model}}',
        },
      ],
    }),
    lines({
      title: 'Device time of an edit',
      about: 'Seconds of steps for each edit that ended well. Times the price of a device’s hour / 3600: its cost.',
      unit: 's',
      queries: [
        {
          expr: `${perSecondOfModel(stepSeconds, byModel)} / ${perSecondOfModel(edits, { ...byModel, where: ['code="ok"'] })}`,
          legend: '{{model}}, in use',
        },
        {
          expr: `${workers} / on (model) ${perSecondOfModel(edits, { ...byModel, where: ['code="ok"'] })}`,
          legend: '{{model}}, with idle time',
        },
      ],
    }),
    lines({
      title: 'Cost of a thousand edits',
      about:
        'At the price of a worker’s hour that stands above, idle time included. A pool that is half idle costs twice.',
      unit: 'currencyUSD',
      queries: [
        {
          expr: `1000 * $price / 3600 * ${workers} / on (model) ${perSecondOfModel(edits, { ...byModel, where: ['code="ok"'] })}`,
          legend: '{{model}}',
        },
      ],
    }),
    lines({
      title: 'Workers of each model',
      about: 'That have it in memory.',
      unit: 'none',
      queries: [{ expr: workers, legend: '{{model}}' }],
    }),
    lines({
      title: 'Masked work delivered',
      about: 'As gateways count it for tenants: only edits that ended well.',
      unit: 'cps',
      queries: [{ expr: perSecondOfModel('instgenie_gateway_masked_token_steps_total', byModel), legend: '{{model}}' }],
    }),
    lines({
      title: 'Predicted queue time',
      about: 'What a new edit of the model would wait, as balancers predict it: what pools are scaled by.',
      unit: 's',
      queries: [{ expr: 'max by (model) (instgenie_pool_queue_seconds{model=~"$model"})', legend: '{{model}}' }],
    }),
    lines({
      title: 'Waiting',
      about: 'Edits that wait for a place in the batch: with busy devices, a reason for more workers.',
      unit: 'none',
      queries: [{ expr: totalOfModel('instgenie_requests_waiting', byModel), legend: '{{model}}' }],
    }),
    lines({
      title: 'Processors',
      about: 'Cores in use.',
      unit: 'none',
      queries: [{ expr: 'sum by (job) (rate(process_cpu_seconds_total[$__rate_interval]))', legend: '{{job}}' }],
    }),
    bars({
      title: 'Memory of processes',
      about: 'Resident, with mapped weights in use.',
      unit: 'bytes',
      queries: [{ expr: total('process_resident_memory_bytes', { by: ['instance'] }), legend: '{{instance}}' }],
    }),
  ],
};
