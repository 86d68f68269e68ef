import { Counter, Gauge, Histogram, type Registry } from '@instgenie/telemetry';

const pickSeconds = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.1];
const routeSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const errorRatios = [0.25, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10];

/** Workers by how they stand. */
export type WorkerState = 'ready' | 'suspect' | 'ejected' | 'cordoned' | 'leaving';

/** What a balancer counts; docs/balancer.md lists it. */
export class BalancerMetrics {
  readonly picks;
  readonly picked;
  readonly pickSeconds;
  readonly ejections;
  readonly predictionError;
  readonly predicted;
  readonly took;
  readonly ends;
  readonly gone;

  constructor(registry: Registry, states: () => ReadonlyMap<WorkerState, number>) {
    const registers = [registry];
    this.picks = new Counter({
      name: 'instgenie_picks_total',
      help: 'Edits that a worker was wanted for, by what came of it: picked, or why not.',
      labelNames: ['outcome'],
      registers,
    });
    this.picked = new Counter({
      name: 'instgenie_picked_total',
      help: 'Workers that were picked, by where the activations were to come from there.',
      labelNames: ['model', 'tier'],
      registers,
    });
    this.pickSeconds = new Histogram({
      name: 'instgenie_pick_seconds',
      help: 'What choosing a worker took.',
      buckets: pickSeconds,
      registers,
    });
    this.ejections = new Counter({
      name: 'instgenie_ejections_total',
      help: 'Workers that were left out for a while, by why.',
      labelNames: ['reason'],
      registers,
    });
    this.predictionError = new Histogram({
      name: 'instgenie_route_prediction_error_ratio',
      help: 'What edits took over what was predicted.',
      buckets: errorRatios,
      registers,
    });
    this.predicted = new Histogram({
      name: 'instgenie_route_predicted_seconds',
      help: 'What was predicted of edits that ended well.',
      buckets: routeSeconds,
      registers,
    });
    this.took = new Histogram({
      name: 'instgenie_route_took_seconds',
      help: 'What the same edits took.',
      buckets: routeSeconds,
      registers,
    });
    this.ends = new Counter({
      name: 'instgenie_route_ends_total',
      help: 'Edits that gateways told the end of.',
      labelNames: ['ending'],
      registers,
    });
    this.gone = new Counter({
      name: 'instgenie_workers_gone_total',
      help: 'Workers that are not there any more: they left, or were lost.',
      labelNames: ['how'],
      registers,
    });
    // An increase from nothing to 1 is none to Prometheus.
    for (const how of ['lost', 'left']) this.gone.inc({ how }, 0);
    for (const reason of ['failures', 'slow']) this.ejections.inc({ reason }, 0);
    registry.registerMetric(
      new Gauge({
        name: 'instgenie_workers',
        help: 'Workers, by how they stand.',
        labelNames: ['state'],
        registers: [],
        collect() {
          this.reset();
          for (const [state, count] of states()) this.set({ state }, count);
        },
      }),
    );
  }
}
