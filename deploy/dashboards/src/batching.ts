import type { DashboardSpec } from './dashboards.ts';
import { heat, lines } from './panels.ts';
import { meanOfModel, perSecond, perSecondOfModel, quantileOfModel, total, totalOfModel } from './promql.ts';

export const batching: DashboardSpec = {
  name: 'batching',
  title: 'Batching',
  about: 'How full are batches, what does a step take, who waits?',
  panels: [
    lines({
      title: 'Edits in the batch, and waiting',
      about: 'On all workers, with the places that there are.',
      unit: 'none',
      queries: [
        { expr: totalOfModel('instgenie_requests_running', { by: ['model'] }), legend: '{{model}} running' },
        { expr: totalOfModel('instgenie_requests_waiting', { by: ['model'] }), legend: '{{model}} waiting' },
        { expr: totalOfModel('instgenie_batch_max', { by: ['model'] }), legend: '{{model}} places' },
      ],
    }),
    lines({
      title: 'Size of batches',
      about: 'Edits that were stepped together, mean.',
      unit: 'none',
      queries: [{ expr: meanOfModel('instgenie_batch_size', { by: ['model'] }), legend: '{{model}}' }],
    }),
    heat({
      title: 'Sizes of batches',
      about: 'Steps in a second, by how many edits were in them.',
      unit: 'none',
      queries: [{ expr: perSecondOfModel('instgenie_batch_size_bucket', { by: ['le'] }), legend: '{{le}}' }],
    }),
    lines({
      title: 'A step',
      about: 'What a denoising step of a batch takes.',
      unit: 's',
      queries: [0.5, 0.95].map((share) => ({
        expr: quantileOfModel(share, 'instgenie_batch_step_seconds', { by: ['model'] }),
        legend: `{{model}} p${100 * share}`,
      })),
    }),
    lines({
      title: 'Waiting for the batch',
      about: 'What edits wait, mean and 95th percentile.',
      unit: 's',
      queries: [
        { expr: meanOfModel('instgenie_edit_phase_seconds', { where: ['phase="queue"'] }), legend: 'mean' },
        { expr: quantileOfModel(0.95, 'instgenie_edit_phase_seconds', { where: ['phase="queue"'] }), legend: 'p95' },
      ],
    }),
    lines({
      title: 'Preemptions',
      about: 'Edits that made room for more urgent ones.',
      unit: 'cps',
      queries: [{ expr: perSecondOfModel('instgenie_preemptions_total', { by: ['model'] }), legend: '{{model}}' }],
    }),
    lines({
      title: 'Refused by workers',
      about: 'A worker has the last word: what it lacked.',
      unit: 'reqps',
      queries: [{ expr: perSecond('instgenie_edits_refused_total', { by: ['reason'] }), legend: '{{reason}}' }],
    }),
    lines({
      title: 'Memory of edits',
      about: 'Of those that are on each worker.',
      unit: 'bytes',
      queries: [{ expr: total('instgenie_edit_memory_bytes', { by: ['instance'] }), legend: '{{instance}}' }],
    }),
  ],
};
