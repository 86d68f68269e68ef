import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, ServiceError } from '@instgenie/domain';
import {
  type BalancerServiceDefinition,
  type balancer,
  balancerServiceDefinition,
  type ConnectOptions,
  connect,
  type RpcClient,
} from '@instgenie/rpc';
import type { Log } from '@instgenie/telemetry';
import { chooseAlone } from './choose-alone.ts';
import type { EditEnding, Fleet, FleetModel, FleetWorker, Picked, PickOrder } from './fleet.ts';
import { fleetModels, fleetWorker, pickedOf, pickRequest, reportOf } from './fleet-messages.ts';
import { WorkerClients } from './worker-clients.ts';

export interface FleetSettings {
  readonly gateway: string;
  readonly balancers: readonly string[];
  /** Known from the start. */
  readonly models: readonly string[];
  readonly connect: ConnectOptions;
  readonly clock: Clock;
  readonly log: Log;
}

type Balancer = RpcClient<BalancerServiceDefinition>;

/** A balancer that answers no sooner is as good as none: edits go on without it. */
const pickMs = 250;
const reportEveryMs = 100;
/** Of workers that refuse edits balancers hear so soon: they have more to do than was thought. */
const hurryMs = 10;
const reportsMax = 1000;
const modelsMax = 256;
const watchMs = 3_600_000;
const retryMs = { least: 100, most: 2000 };
/** A balancer that failed is asked again after this time, if another one answers meanwhile. */
const restMs = 1000;

/** The fleet as balancers know it; the last that they said stays true while none of them answers. */
export class BalancerFleet implements Fleet {
  readonly #settings: FleetSettings;
  readonly #balancers: readonly { readonly client: Balancer; restsUntilMs: number }[];
  readonly #clients: WorkerClients;
  readonly #stop = new AbortController();
  readonly #endings: EditEnding[] = [];
  /** To be said with the next report. */
  #waiting: ReadonlyMap<string, number> = new Map();
  /** Something is to be said sooner than usual. */
  #hurry = Promise.withResolvers<void>();
  /** Edits that this gateway has sent and that have not ended, by worker. */
  readonly #sent = new Map<string, number>();
  readonly #running: readonly Promise<void>[];
  #models: readonly FleetModel[];
  #workers: readonly FleetWorker[] = [];
  #isAlone = false;

  constructor(settings: FleetSettings) {
    this.#settings = settings;
    this.#models = settings.models.map((name) => ({ name, side: 0, defaultSteps: 0, defaultGuidance: 0, workers: 0 }));
    this.#balancers = settings.balancers.map((address) => ({
      client: connect(address, balancerServiceDefinition(), settings.connect),
      restsUntilMs: 0,
    }));
    this.#clients = new WorkerClients(settings.connect);
    this.#running = [this.#watch(), this.#reportAll()];
  }

  get models(): readonly FleetModel[] {
    return this.#models;
  }

  get workers(): readonly FleetWorker[] {
    return this.#workers;
  }

  get isServing(): boolean {
    return this.#workers.some(({ isServing }) => isServing);
  }

  /** Whether the last pick was made without a balancer. */
  get isAlone(): boolean {
    return this.#isAlone;
  }

  worker(address: string) {
    return this.#clients.of(address);
  }

  async pick(order: PickOrder, signal: AbortSignal): Promise<Picked> {
    const picked = (await this.#ask(order, signal)) ?? this.#pickAlone(order);
    this.#count(picked.worker, 1);
    return picked;
  }

  report(ending: EditEnding): void {
    this.#count(ending.worker, -1);
    if (this.#endings.length < reportsMax) this.#endings.push(ending);
    if (ending.ending === 'refused') this.#hurry.resolve();
  }

  /** Edits of jobs that wait, by model: balancers say by them how many workers there should be. */
  reportWaiting(waiting: ReadonlyMap<string, number>): void {
    this.#waiting = waiting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    await this.#clients[Symbol.asyncDispose]();
    for (const { client } of this.#balancers) await client[Symbol.asyncDispose]();
  }

  /** Undefined where no balancer answers. What one of them decides is thrown on. */
  async #ask(order: PickOrder, signal: AbortSignal): Promise<Picked | undefined> {
    const now = this.#settings.clock.now();
    const awake = this.#balancers.filter(({ restsUntilMs }) => restsUntilMs <= now);
    for (const entry of awake.length === 0 ? this.#balancers.slice(0, 1) : awake) {
      try {
        const options = {
          deadlineMs: Math.min(pickMs, Math.max(1, order.deadlineMs)),
          signal,
          ...(order.traceparent === undefined ? {} : { traceparent: order.traceparent }),
        };
        const answer = await entry.client.unary('Pick', pickRequest(order, this.#settings.gateway), options);
        this.#setAlone(false);
        return pickedOf(answer);
      } catch (thrown) {
        signal.throwIfAborted();
        if (isDecision(thrown)) throw thrown;
        entry.restsUntilMs = this.#settings.clock.now() + restMs;
      }
    }
    return undefined;
  }

  #pickAlone(order: PickOrder): Picked {
    this.#setAlone(true);
    const chosen = chooseAlone(order, this.#workers, this.#sent);
    if (chosen === undefined) {
      throw new ServiceError('unavailable', `model: no worker serves ${order.model} now; try again`, {
        field: 'model',
      });
    }
    return { worker: chosen.worker, address: chosen.address, predictedMs: 0, scores: [] };
  }

  #setAlone(isAlone: boolean): void {
    if (isAlone !== this.#isAlone) this.#settings.log.warn({ isAlone }, 'picking without a balancer');
    this.#isAlone = isAlone;
  }

  #count(worker: string, change: 1 | -1): void {
    const count = (this.#sent.get(worker) ?? 0) + change;
    if (count <= 0) this.#sent.delete(worker);
    else this.#sent.set(worker, count);
  }

  /** Listens to one balancer after the other, for as long as each of them speaks. */
  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    let waitMs = retryMs.least;
    for (let turn = 0; !signal.aborted; turn++) {
      const client = this.#balancers[turn % this.#balancers.length]?.client;
      try {
        if (client === undefined) return;
        for await (const { workers } of client.stream('WatchFleet', {}, { deadlineMs: watchMs, signal })) {
          this.#learn(workers);
          waitMs = retryMs.least;
        }
      } catch (thrown) {
        if (!(thrown instanceof ServiceError)) throw thrown;
      }
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(retryMs.most, 2 * waitMs);
    }
  }

  #learn(messages: readonly balancer.FleetWorker__Output[]): void {
    this.#models = withKnown(fleetModels(messages), this.#models);
    this.#workers = messages.map(fleetWorker);
    this.#clients.keep(new Set(this.#workers.map(({ address }) => address)));
  }

  /** Every balancer hears of every ending, as far as it can be reached. */
  async #reportAll(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await pause(hurryMs, undefined, { signal }).catch(() => undefined);
      const usual = pause(reportEveryMs - hurryMs, undefined, { signal }).catch(() => undefined);
      await Promise.race([usual, this.#hurry.promise]);
      this.#hurry = Promise.withResolvers();
      const ended = this.#endings.splice(0);
      const waiting = [...this.#waiting].map(([model, edits]) => ({ model, edits }));
      this.#waiting = new Map();
      if (ended.length === 0 && waiting.length === 0) continue;
      const request = { gateway: this.#settings.gateway, ended: ended.map(reportOf), waiting };
      const send = ({ client }: { readonly client: Balancer }) =>
        client.unary('Report', request, { deadlineMs: pickMs, signal }).catch(() => undefined);
      await Promise.all(this.#balancers.map(send));
    }
  }
}

/** Models that are served, and those that were or may be: their pools may have no worker just now. */
function withKnown(served: readonly FleetModel[], known: readonly FleetModel[]): readonly FleetModel[] {
  const names = new Set(served.map(({ name }) => name));
  const away = known.filter(({ name }) => !names.has(name)).map((model) => ({ ...model, workers: 0 }));
  return [...served, ...away].slice(0, modelsMax);
}

/** Whether a balancer has answered, if only with a no. */
function isDecision(thrown: unknown): boolean {
  if (!(thrown instanceof ServiceError)) return true;
  if (thrown.code === 'overloaded' || thrown.code === 'not-found' || thrown.code === 'invalid') return true;
  return thrown.code === 'unavailable' && thrown.field !== undefined;
}
