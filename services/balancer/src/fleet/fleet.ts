import assert from 'node:assert/strict';
import type { WatchLoadResponse__Output } from '@instgenie/rpc';
import { pressureAfter } from '../picking/admission.ts';
import type { PickLimits } from '../picking/limits.ts';
import { type PickOptions, type PickOutcome, pick, type WorkerScore } from '../picking/pick.ts';
import { computedTokens, type PickRequest, tokenSteps } from '../picking/pick-request.ts';
import type { PickPolicy } from '../picking/policies.ts';
import type { Prediction } from '../picking/predict.ts';
import { textHash } from '../picking/rendezvous.ts';
import { countBacklog, type UsualEdit } from './backlog-of.ts';
import { emptyFleet, type FleetSnapshot } from './fleet-snapshot.ts';
import { rowsMs } from './model-costs.ts';
import { OthersShare } from './others-share.ts';
import {
  afterDone,
  afterFailure,
  canEject,
  ejected,
  type Health,
  healthy,
  medianLog,
  type OutlierSettings,
  outlierReason,
  slownessOf,
} from './outliers.ts';
import { progressRatio } from './progress.ts';
import { readHeld, readModels, readStore, tokensOf } from './read-load.ts';
import { type SentEdit, SentEdits, sentEdit } from './sent-edits.ts';
import { TenantShares } from './tenant-shares.ts';
import { backlogAt, type ModelView, type WorkerView } from './worker-view.ts';

export interface FleetSettings {
  /** The balancer's name. */
  readonly name: string;
  readonly policy: PickPolicy;
  readonly limits: PickLimits;
  readonly outliers: OutlierSettings;
  /** From one load message to the next. */
  readonly beatMs: number;
  /** A worker that says nothing for so long is forgotten. */
  readonly goneMs: number;
  readonly editsMax: number;
}

/** Where a load message came from. */
export interface Source {
  readonly address: string;
  /** Streams are numbered: of two workers of one name the one with the newer stream counts. */
  readonly stream: number;
}

/** How an edit ended on a worker. */
export interface EditEnd {
  readonly editId: string;
  readonly worker: string;
  readonly ending: 'done' | 'refused' | 'failed' | 'cancelled';
  readonly tookMs: number;
  readonly predictedMs: number;
}

export type EjectionReason = 'failures' | 'slow';

/** What is kept of a worker beside its view. */
interface Entry {
  readonly source: Source;
  readonly stepsRun: number;
  /** Said only when it changes: it outlives a silence. */
  readonly held: WorkerView['held'];
}

/** How much of what edits are usually like one edit changes. */
const usualShare = 1 / 16;
/** What an edit needs to get to a worker, beside what the worker does before it counts it. */
const travelMs = 50;
/** It is believed for at least so long that a worker holds what an edit filled there, until it says so itself. */
const expectedMs = 2000;
const expectedMax = 4096;

/**
 * What is known of all workers, and edits that were sent to them. Publishes a new snapshot whenever something is learned;
 * every call says what time it is.
 * Invariants: a snapshot is never changed; an edit counts on one worker at a time; nobody is ejected where that would leave
 * out more than half of the workers.
 */
export class Fleet {
  readonly #settings: FleetSettings;
  readonly #entries = new Map<string, Entry>();
  readonly #places = new Map<string, number>();
  readonly #healths = new Map<string, Health>();
  readonly #usual = new Map<string, UsualEdit>();
  readonly #sent: SentEdits;
  readonly #shares = new TenantShares();
  #snapshot: FleetSnapshot = emptyFleet;
  #medianLog = 0;
  readonly #hash: number;
  readonly #others = new OthersShare();
  #pressure = 0;
  #pressedMs = 0;

  constructor(settings: FleetSettings) {
    this.#settings = settings;
    this.#sent = new SentEdits(settings.editsMax);
    this.#hash = textHash(settings.name);
  }

  get snapshot(): FleetSnapshot {
    return this.#snapshot;
  }

  /** Edits that were sent and have not ended. */
  get sentCount(): number {
    return this.#sent.count;
  }

  /** Learns what a worker says of itself. */
  heard(load: WatchLoadResponse__Output, source: Source, nowMs: number): void {
    const known = this.#entries.get(load.worker);
    if (known !== undefined && known.source.stream > source.stream) return;
    const isSame = known?.source.stream === source.stream;
    const before = isSame ? this.#view(load.worker) : undefined;
    const models = readModels(load);
    const stepsRun = load.models.reduce((sum, model) => sum + model.stepsRun, 0);
    const isStill =
      before !== undefined &&
      stepsRun > 0 &&
      stepsRun === known?.stepsRun &&
      runningIn(models) > 0 &&
      runningIn(before.models) > 0;
    const stepsPerMs =
      before === undefined || known === undefined || nowMs <= before.heardMs
        ? 0
        : Math.max(0, stepsRun - known.stepsRun) / (nowMs - before.heardMs);
    const held = isSame && !load.hasVariants ? known.held : readHeld(load);
    const store = readStore(load);
    const sent = this.#sent.left(load.worker, {
      nowMs,
      stepsRun,
      stepsPerMs,
      waiting: load.models.reduce((sum, { waiting }) => sum + waiting, 0),
      settleMs: this.#settleMs(models),
    });
    this.#others.observe({ all: load.edits, own: sent.length });
    const counted = countBacklog({
      nowMs,
      store,
      models: load.models.flatMap(({ name, predictedMs }) => {
        const view = models.get(name);
        return view === undefined ? [] : [{ view, predictedMs, usual: this.#usual.get(name) }];
      }),
      sent,
    });
    const [model] = models.values();
    const ratio = progressRatio({
      sent,
      stepsPerMs,
      running: [runningIn(before?.models), runningIn(models)],
      waiting: load.models.reduce((sum, { waiting }) => sum + waiting, 0),
      startMs: model?.costs?.compute.startMs ?? 0,
    });
    if (ratio !== undefined) this.#learnPace(load.worker, ratio, nowMs);
    const health = this.#healths.get(load.worker) ?? healthy;
    this.#entries.set(load.worker, { source, stepsRun, held });
    this.#publish({
      worker: load.worker,
      address: source.address,
      hash: textHash(load.worker),
      isServing: load.isServing,
      isCordoned: load.isCordoned,
      heardMs: nowMs,
      stillSinceMs: isStill ? (before.stillSinceMs ?? before.heardMs) : undefined,
      stepMsMax: stepMsMax(models),
      ejectedUntilMs: health.ejectedUntilMs,
      slowness: slownessOf(health, this.#medianLog, nowMs, this.#settings.outliers),
      edits: load.edits + counted.pendingEdits,
      editsMax: load.editsMax,
      editBytes: load.editBytes,
      editBytesMax: load.editBytesMax,
      models,
      store,
      held,
      expected: stillExpected(this.#view(load.worker)?.expected, held, nowMs),
      backlog: counted.backlog,
      pendingTokenSteps: counted.pendingTokenSteps,
    });
  }

  /** A worker's stream has ended: it is gone until it is heard again. */
  lost({ stream }: Source): void {
    for (const [worker, { source }] of this.#entries) if (source.stream === stream) this.#forget(worker);
  }

  /** The worker for an edit; it counts there from now on. */
  pick(request: PickRequest, nowMs: number, explain?: (score: WorkerScore) => void): PickOutcome {
    // One that comes again because workers refused it was asked for once.
    if (request.excluded.length === 0) this.#shares.ask(request.tenant, tokenSteps(request), nowMs);
    const outcome = this.ask(request, nowMs, explain);
    if (outcome.prediction !== undefined) this.#press(outcome.prediction, nowMs);
    if (outcome.kind === 'picked') this.send(request, outcome, nowMs);
    return outcome;
  }

  /** What `pick` would answer, counting nothing. */
  ask(request: PickRequest, nowMs: number, explain?: (score: WorkerScore) => void): PickOutcome {
    return pick(this.#snapshot, request, this.#optionsOf(request, nowMs, explain));
  }

  /** Counts an edit on a worker. */
  send(
    request: PickRequest,
    { view, prediction }: { readonly view: WorkerView; readonly prediction: Prediction },
    nowMs: number,
  ): void {
    const edit = sentEdit(request, { view, prediction, nowMs });
    for (const gone of this.#sent.add(edit)) {
      this.#drop(gone, { nowMs, isRefused: gone.editId === edit.editId && gone.worker !== edit.worker });
    }
    this.#shares.add(edit.tenant, edit.tokenSteps, nowMs);
    this.#learnUsual(request);
    this.#snapshot = { ...this.#snapshot, turn: this.#snapshot.turn + 1 };
    const current = this.#view(view.worker);
    if (current === undefined) return;
    const backlog = backlogAt(current.backlog, nowMs, current.slowness);
    this.#publish({
      ...current,
      edits: current.edits + 1,
      pendingTokenSteps: current.pendingTokenSteps + edit.tokenSteps,
      expected:
        request.isDense || prediction.tier === 'memory'
          ? current.expected
          : withExpected(current.expected, request, edit),
      backlog: {
        atMs: nowMs,
        computeMs: backlog.computeMs + edit.computeMs + edit.extraMs,
        loadMs: backlog.loadMs + edit.loadMs,
        steps: Math.max(backlog.steps, edit.steps),
      },
    });
  }

  /** Learns how an edit ended. Says why its worker is left out from now on, if that is the reason. */
  ended(end: EditEnd, nowMs: number): EjectionReason | undefined {
    const sent = this.#sent.get(end.editId);
    if (sent?.worker === end.worker) {
      this.#sent.remove(end.editId);
      this.#drop(sent, { nowMs, isRefused: end.ending === 'refused' });
    }
    const { outliers } = this.#settings;
    const health = this.#healths.get(end.worker) ?? healthy;
    if (!this.#places.has(end.worker)) return undefined;
    if (end.ending === 'failed') return this.#judge(end.worker, afterFailure(health), nowMs);
    if (end.ending !== 'done' || end.predictedMs <= 0) return undefined;
    // What is predicted for a slow worker is longer already.
    const ratio = (end.tookMs / end.predictedMs) * (sent?.slowness ?? this.#view(end.worker)?.slowness ?? 1);
    return this.#judge(end.worker, afterDone(health, ratio, nowMs, outliers), nowMs);
  }

  /** Forgets what time has made useless: to be called now and then. */
  tick(nowMs: number): void {
    const { goneMs, outliers } = this.#settings;
    for (const { worker, heardMs } of this.#snapshot.workers) if (nowMs - heardMs > goneMs) this.#remove(worker);
    for (const edit of this.#sent.overdue(nowMs)) {
      this.#sent.remove(edit.editId);
      this.#shares.remove(edit.tenant, edit.tokenSteps, nowMs);
    }
    for (const [worker, { ejectedUntilMs, loggedMs }] of this.#healths) {
      const lastMs = Math.max(ejectedUntilMs, loggedMs);
      if (!this.#entries.has(worker) && nowMs - lastMs > outliers.forgiveMs) this.#healths.delete(worker);
    }
    this.#others.beat();
    this.#medianLog = medianLog(this.#healths.values(), nowMs, outliers);
  }

  checkIntegrity(): void {
    const { workers } = this.#snapshot;
    assert.equal(new Set(workers.map(({ worker }) => worker)).size, workers.length, 'a worker is there once');
    for (const view of workers) {
      assert(view.edits >= 0 && view.pendingTokenSteps >= 0 && view.expected.size <= expectedMax);
      assert(view.backlog.computeMs >= 0 && view.backlog.loadMs >= 0);
    }
    assert(this.#shares.active <= this.#sent.count);
  }

  #optionsOf({ tenant }: PickRequest, nowMs: number, explain: ((score: WorkerScore) => void) | undefined): PickOptions {
    const { policy, limits } = this.#settings;
    return {
      nowMs,
      policy,
      limits,
      standing: this.#shares.standing(tenant, nowMs),
      pressure: this.#pressure,
      hash: this.#hash,
      othersShare: this.#others.share,
      ...(explain === undefined ? {} : { explain }),
    };
  }

  #press({ queueMs, computeMs }: Prediction, nowMs: number): void {
    this.#pressure = pressureAfter(this.#pressure, { queueMs, computeMs, sinceMs: nowMs - this.#pressedMs });
    this.#pressedMs = nowMs;
  }

  #judge(worker: string, health: Health, nowMs: number): EjectionReason | undefined {
    const { outliers } = this.#settings;
    this.#healths.set(worker, health);
    const reason = health.ejectedUntilMs > nowMs ? undefined : outlierReason(health, this.#medianLog, nowMs, outliers);
    const isOut = reason !== undefined && canEject(this.#ejectedNow(nowMs), this.#places.size);
    const next = isOut ? ejected(health, nowMs, outliers) : health;
    this.#healths.set(worker, next);
    const view = this.#view(worker);
    if (view !== undefined) {
      const slowness = slownessOf(next, this.#medianLog, nowMs, outliers);
      this.#publish({ ...view, ejectedUntilMs: next.ejectedUntilMs, slowness });
    }
    return isOut ? reason : undefined;
  }

  /** Steps tell sooner than ends how slow a worker is; they are no reason to leave it out. */
  #learnPace(worker: string, ratio: number, nowMs: number): void {
    const health = this.#healths.get(worker) ?? healthy;
    const learned = afterDone(health, ratio, nowMs, this.#settings.outliers);
    this.#healths.set(worker, { ...learned, failuresInRow: health.failuresInRow });
  }

  #ejectedNow(nowMs: number): number {
    let count = 0;
    for (const { ejectedUntilMs } of this.#snapshot.workers) if (ejectedUntilMs > nowMs) count++;
    return count;
  }

  /**
   * An edit is no longer on its worker; if the worker cannot have counted it yet, it never will. A worker that refused it
   * has more to do than was thought: until it says what, the edit counts as if it were there.
   */
  #drop(edit: SentEdit, { nowMs, isRefused }: { readonly nowMs: number; readonly isRefused: boolean }): void {
    this.#shares.remove(edit.tenant, edit.tokenSteps, nowMs);
    const view = this.#view(edit.worker);
    if (view === undefined) return;
    const isPending = edit.sentMs > view.heardMs - this.#settleMs(view.models);
    const backlog = backlogAt(view.backlog, nowMs, view.slowness);
    this.#publish({
      ...view,
      edits: Math.max(0, view.edits - 1),
      pendingTokenSteps: Math.max(0, view.pendingTokenSteps - (isPending ? edit.tokenSteps : 0)),
      backlog:
        isPending && !isRefused
          ? {
              ...backlog,
              computeMs: Math.max(0, backlog.computeMs - edit.computeMs - edit.extraMs),
              loadMs: Math.max(0, backlog.loadMs - edit.loadMs),
            }
          : backlog,
    });
  }

  /** How long after it was sent an edit is in its worker's own count. */
  #settleMs(models: ReadonlyMap<string, ModelView>): number {
    let aroundMs = 0;
    for (const { costs } of models.values()) aroundMs = Math.max(aroundMs, costs?.aroundMs ?? 0);
    return aroundMs === 0 ? this.#settings.beatMs : travelMs + aroundMs / 2;
  }

  #learnUsual(request: PickRequest): void {
    const before = this.#usual.get(request.model);
    const mix = (old: number | undefined, value: number) =>
      old === undefined ? value : old + (value - old) * usualShare;
    this.#usual.set(request.model, {
      computedTokens: mix(before?.computedTokens, computedTokens(request)),
      tokens: mix(before?.tokens, request.tokens),
      steps: mix(before?.steps, request.steps),
    });
  }

  #view(worker: string): WorkerView | undefined {
    const place = this.#places.get(worker);
    return place === undefined ? undefined : this.#snapshot.workers[place];
  }

  #publish(view: WorkerView): void {
    const { workers, turn } = this.#snapshot;
    const place = this.#places.get(view.worker);
    if (place === undefined) this.#places.set(view.worker, workers.length);
    this.#snapshot = { turn, workers: place === undefined ? [...workers, view] : workers.with(place, view) };
  }

  #forget(worker: string): void {
    this.#entries.delete(worker);
    this.#remove(worker);
  }

  #remove(worker: string): void {
    const workers = this.#snapshot.workers.filter((view) => view.worker !== worker);
    this.#places.clear();
    for (const [place, view] of workers.entries()) this.#places.set(view.worker, place);
    this.#snapshot = { ...this.#snapshot, workers };
  }
}

function runningIn(models: ReadonlyMap<string, ModelView> | undefined): number {
  let sum = 0;
  for (const { running } of models?.values() ?? []) sum += running;
  return sum;
}

/** Twice what a step of as many dense edits as run would take. */
function stepMsMax(models: ReadonlyMap<string, ModelView>): number {
  let mostMs = 0;
  for (const model of models.values()) {
    const { costs, running } = model;
    if (costs === undefined) continue;
    const tokens = tokensOf(model);
    mostMs = Math.max(mostMs, 2 * (costs.compute.startMs + running * 2 * rowsMs(costs, tokens, tokens)));
  }
  return mostMs;
}

/** What a worker will hold, with what this edit fills or fetches there. */
function withExpected(
  expected: ReadonlyMap<string, number>,
  { variants, affinity }: PickRequest,
  { doneMs }: SentEdit,
): ReadonlyMap<string, number> {
  const next = new Map(expected);
  for (const key of affinity === '' ? variants : [...variants, affinity]) {
    const untilMs = Math.max(next.get(key) ?? 0, doneMs + expectedMs);
    next.delete(key);
    next.set(key, untilMs);
  }
  for (const oldest of next.keys()) {
    if (next.size <= expectedMax) break;
    next.delete(oldest);
  }
  return next;
}

/** Without what the worker says itself, and what it should have said by now. */
function stillExpected(
  expected: ReadonlyMap<string, number> | undefined,
  held: WorkerView['held'],
  nowMs: number,
): ReadonlyMap<string, number> {
  if (expected === undefined || expected.size === 0) return none;
  const left = [...expected].filter(([key, untilMs]) => untilMs > nowMs && held.get(key)?.memoryShare !== 1);
  return left.length === expected.size ? expected : new Map(left);
}

const none: ReadonlyMap<string, number> = new Map();
