import type { Clock } from '@instgenie/domain';
import type { balancer } from '@instgenie/rpc';
import type { Log, Tracing } from '@instgenie/telemetry';
import type { BalancerMetrics } from './balancer-metrics.ts';
import type { BalancerConfig } from './config.ts';
import { type EditEnd, Fleet, type Source } from './fleet/fleet.ts';
import type { FleetSnapshot } from './fleet/fleet-snapshot.ts';
import { usualOutliers } from './fleet/outliers.ts';
import { type WorkerState, workerState } from './fleet/worker-state.ts';
import { fleetMessage, pickMessage, refusedMessage } from './fleet-messages.ts';
import { type PickLimits, usualLimits } from './picking/limits.ts';
import { parsePick } from './picking/parse-pick.ts';
import type { WorkerScore } from './picking/pick.ts';
import type { PickRequest } from './picking/pick-request.ts';
import { policies } from './picking/policies.ts';
import { refusal } from './picking/refusals.ts';
import { PoolDemand, type WaitingJobs } from './scaling/pool-demand.ts';
import { type PoolQueue, poolQueues } from './scaling/pool-queues.ts';
import { pause } from './watching/pause.ts';
import type { LoadListener } from './watching/watch-workers.ts';

export interface BalancerParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly tracing: Tracing;
  readonly metrics: (states: () => ReadonlyMap<WorkerState, number>) => BalancerMetrics;
}

/** Workers tell of themselves so often, and gateways hear of changes no more often. */
const beatMs = 250;

/** Knows the fleet, and chooses workers. */
export class Balancer implements LoadListener, Disposable {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #tracing: Tracing;
  readonly #metrics: BalancerMetrics;
  readonly #limits: PickLimits;
  readonly #fleet: Fleet;
  readonly #demand = new PoolDemand();
  /** Workers that were there when somebody last looked, and whether they served. */
  #known: ReadonlyMap<string, boolean> = new Map();
  #cancelTick: () => void;

  constructor(config: BalancerConfig, { clock, log, tracing, metrics }: BalancerParts) {
    this.#clock = clock;
    this.#log = log;
    this.#tracing = tracing;
    this.#metrics = metrics(() => this.#states());
    this.#limits = { ...usualLimits, ...config.limits };
    this.#fleet = new Fleet({
      name: config.id,
      policy: policies[config.policy],
      limits: this.#limits,
      outliers: {
        ...usualOutliers,
        failuresMax: config.ejection.failures,
        ejectionMs: config.ejection.ms,
        ejectionMsMax: config.ejection.msMax,
        slowMax: config.ejection.slowMax,
      },
      beatMs,
      goneMs: config.limits.goneMs,
      editsMax: config.limits.editsMax,
    });
    this.#cancelTick = this.#tickLater();
  }

  get snapshot(): FleetSnapshot {
    return this.#fleet.snapshot;
  }

  heard(load: Parameters<LoadListener['heard']>[0], source: Source): void {
    this.#fleet.heard(load, source, this.#clock.now());
    this.#tellOfWorkers();
  }

  lost(source: Source): void {
    this.#fleet.lost(source);
    this.#tellOfWorkers();
  }

  /** Throws `invalid` for a wrong request, `overloaded` and `unavailable` where nobody can do it, `not-found` where warm is a must. */
  pick(message: balancer.PickRequest__Output, traceparent: string | undefined): balancer.PickResponse {
    const span = this.#tracing.edits.startSpan('route', {}, this.#tracing.contextOf(traceparent));
    const began = performance.now();
    try {
      const request = parsePick(message);
      if (message.dryRun) return this.#ask(request);
      const scores: WorkerScore[] = [];
      const explain = message.explain ? (score: WorkerScore) => void scores.push(score) : undefined;
      const outcome = this.#fleet.pick(request, this.#clock.now(), explain);
      this.#demand.asked(request, outcome, this.#clock.now());
      this.#metrics.pickSeconds.observe((performance.now() - began) / 1000);
      const result = outcome.kind === 'picked' ? 'picked' : outcome.reason;
      this.#metrics.picks.inc({ outcome: result });
      if (outcome.kind === 'picked') {
        this.#metrics.picked.inc({ model: request.model, tier: outcome.prediction.tier });
      }
      const worker = outcome.kind === 'picked' ? outcome.view.worker : undefined;
      const predictedMs = outcome.kind === 'picked' ? Math.round(outcome.prediction.finishMs) : undefined;
      span.setAttributes({ 'instgenie.outcome': result, 'instgenie.worker': worker ?? '' });
      span.setAttribute('instgenie.predicted_ms', predictedMs ?? 0);
      const { traceId } = span.spanContext();
      this.#log.info(
        { traceId, edit: request.editId, model: request.model, outcome: result, worker, predictedMs },
        'pick',
      );
      if (outcome.kind === 'refused') throw refusal(outcome);
      return pickMessage(outcome, scores);
    } finally {
      span.end();
    }
  }

  /** Learns how edits ended. */
  report(ends: readonly EditEnd[]): void {
    const nowMs = this.#clock.now();
    for (const end of ends) {
      this.#metrics.ends.inc({ ending: end.ending });
      if (end.ending === 'done' && end.predictedMs > 0) {
        this.#metrics.predicted.observe(end.predictedMs / 1000);
        this.#metrics.took.observe(end.tookMs / 1000);
        this.#metrics.predictionError.observe(end.tookMs / end.predictedMs);
      }
      const reason = this.#fleet.ended(end, nowMs);
      if (reason === undefined) continue;
      this.#metrics.ejections.inc({ reason });
      this.#log.warn({ worker: end.worker, reason }, 'ejected');
    }
  }

  /** Learns how many edits of jobs wait, by model, as a gateway counts them. */
  waiting(gateway: string, jobs: WaitingJobs): void {
    this.#demand.counted(gateway, jobs, this.#clock.now());
  }

  /** What waits for each model. */
  queues(): readonly PoolQueue[] {
    const nowMs = this.#clock.now();
    const needs = { elsewhere: this.#demand.elsewhere(nowMs), editMs: this.#demand.editMs };
    return poolQueues(this.#fleet.snapshot, needs, { nowMs, limits: this.#limits });
  }

  /** The fleet at once, and again whenever it has changed, at most every beat. */
  async *watch(signal: AbortSignal): AsyncGenerator<balancer.WatchFleetResponse, void> {
    let known: string | undefined;
    while (!signal.aborted) {
      const message = fleetMessage(this.#fleet.snapshot, this.#clock.now(), this.#limits);
      const text = JSON.stringify(message);
      if (text !== known) yield message;
      known = text;
      await pause(this.#clock, beatMs, signal);
    }
  }

  [Symbol.dispose](): void {
    this.#cancelTick();
  }

  #ask(request: PickRequest): balancer.PickResponse {
    const scores: WorkerScore[] = [];
    const outcome = this.#fleet.ask(request, this.#clock.now(), (score) => void scores.push(score));
    return outcome.kind === 'picked' ? pickMessage(outcome, scores) : refusedMessage(outcome, scores);
  }

  #tickLater(): () => void {
    return this.#clock.after(beatMs, () => {
      this.#fleet.tick(this.#clock.now());
      this.#tellOfWorkers();
      this.#cancelTick = this.#tickLater();
    });
  }

  #states(): ReadonlyMap<WorkerState, number> {
    const states = new Map<WorkerState, number>([
      ['ready', 0],
      ['suspect', 0],
      ['ejected', 0],
      ['cordoned', 0],
      ['leaving', 0],
    ]);
    for (const view of this.#fleet.snapshot.workers) {
      const state = workerState(view, this.#clock.now(), this.#limits);
      states.set(state, (states.get(state) ?? 0) + 1);
    }
    return states;
  }

  #tellOfWorkers(): void {
    const { workers } = this.#fleet.snapshot;
    const isSame = workers.every(({ worker, isServing }) => this.#known.get(worker) === isServing);
    if (isSame && workers.length === this.#known.size) return;
    const now = new Map(workers.map(({ worker, isServing }) => [worker, isServing]));
    for (const worker of now.keys()) if (!this.#known.has(worker)) this.#log.info({ worker }, 'worker came');
    for (const [worker, wasServing] of this.#known) {
      if (now.has(worker)) continue;
      const how = wasServing ? 'lost' : 'left';
      this.#metrics.gone.inc({ how });
      this.#log.warn({ worker, how }, 'worker gone');
    }
    this.#known = now;
  }
}
