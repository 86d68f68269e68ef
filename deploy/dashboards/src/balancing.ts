import type { DashboardSpec } from './dashboards.ts';
import { figure, heat, lines } from './panels.ts';
import { mean, perSecond, perSecondOfModel, quantile } from './promql.ts';

const error = 'instgenie_route_prediction_error_ratio';

export const balancing: DashboardSpec = {
  name: 'balancing',
  title: 'Balancer decisions',
  about: 'Where do edits go and why, were predictions right, who is left out?',
  panels: [
    figure({
      title: 'Ready workers',
      about: 'As balancers see them.',
      unit: 'none',
      queries: [{ expr: 'max(instgenie_workers{state="ready"})' }],
    }),
    figure({
      title: 'Left out',
      about: 'Workers that failed, are slow, or say nothing.',
      unit: 'none',
      bounds: [1, 2],
      queries: [{ expr: 'sum(max by (state) (instgenie_workers{state=~"ejected|suspect"}))' }],
    }),
    figure({
      title: 'Real over predicted',
      about: 'Median. Above 1: edits take longer than was thought.',
      unit: 'none',
      queries: [{ expr: quantile(0.5, error) }],
    }),
    figure({
      title: 'Age of discovery',
      about: 'Since the source of endpoints was heard. Balancers go on with what they know.',
      unit: 's',
      bounds: [30, 120],
      queries: [{ expr: 'max(instgenie_discovery_staleness_seconds)' }],
    }),
    figure({
      title: 'Endpoints',
      about: 'Workers that discovery names.',
      unit: 'none',
      queries: [{ expr: 'max(instgenie_discovery_endpoints)' }],
    }),
    figure({
      title: 'Gateways that pick alone',
      about: 'No balancer answers them.',
      unit: 'none',
      bounds: [1, 2],
      queries: [{ expr: 'sum(instgenie_gateway_alone)' }],
    }),
    lines({
      title: 'Picks by outcome',
      about: 'picked, or why nobody was.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: perSecond('instgenie_picks_total', { by: ['outcome'] }), legend: '{{outcome}}' }],
    }),
    lines({
      title: 'Where activations were to come from',
      about: 'On the worker that was picked; none: they are computed there.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: perSecondOfModel('instgenie_picked_total', { by: ['tier'] }), legend: '{{tier}}' }],
    }),
    lines({
      title: 'Predicted and real',
      about: 'Of edits that ended well.',
      unit: 's',
      queries: [
        { expr: mean('instgenie_route_predicted_seconds'), legend: 'predicted, mean' },
        { expr: mean('instgenie_route_took_seconds'), legend: 'real, mean' },
        { expr: quantile(0.95, 'instgenie_route_predicted_seconds'), legend: 'predicted, p95' },
        { expr: quantile(0.95, 'instgenie_route_took_seconds'), legend: 'real, p95' },
      ],
    }),
    heat({
      title: 'Real over predicted',
      about: 'A narrow band around 1 is right.',
      unit: 'none',
      queries: [{ expr: perSecond(`${error}_bucket`, { by: ['le'] }), legend: '{{le}}' }],
    }),
    lines({
      title: 'Workers by state',
      about: 'suspect: says nothing, or does no steps though it has edits.',
      unit: 'none',
      stacked: true,
      queries: [{ expr: 'max by (state) (instgenie_workers)', legend: '{{state}}' }],
    }),
    lines({
      title: 'Ejections',
      about: 'Workers that were left out for a while.',
      unit: 'cps',
      queries: [{ expr: perSecond('instgenie_ejections_total', { by: ['reason'] }), legend: '{{reason}}' }],
    }),
    lines({
      title: 'Workers that went',
      about: 'lost: without a word.',
      unit: 'none',
      queries: [{ expr: 'max by (how) (increase(instgenie_workers_gone_total[$__rate_interval]))', legend: '{{how}}' }],
    }),
    lines({
      title: 'How stays on workers ended',
      about: 'As gateways told.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: perSecond('instgenie_route_ends_total', { by: ['ending'] }), legend: '{{ending}}' }],
    }),
    lines({
      title: 'What a pick takes',
      about: 'Inside the balancer.',
      unit: 's',
      queries: [{ expr: quantile(0.99, 'instgenie_pick_seconds'), legend: 'p99' }],
    }),
  ],
};
