import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, EitherSignal, ServiceError, systemClock, variantKey } from '@instgenie/domain';
import { Announcer, RedisIndex } from '@instgenie/index';
import { readTls } from '@instgenie/rpc';
import { ActivationStore } from '@instgenie/store';
import { tenantSalt } from '@instgenie/templates';
import { SpanStatusCode } from '@opentelemetry/api';
import { DeviceTurns } from './batching/engine-executor.ts';
import type { WorkerConfig } from './config.ts';
import { Cordon } from './edits/cordon.ts';
import { EditDesk } from './edits/edit-desk.ts';
import type { EditNews, Feed } from './edits/edit-feed.ts';
import { type EditDone, type FlowParts, runEdit } from './edits/edit-flow.ts';
import type { EditJob, PrimeJob } from './edits/edit-job.ts';
import { EditRuns, type FollowedEdit } from './edits/edit-runs.ts';
import { MemoryBudget } from './edits/memory-budget.ts';
import { type PrimeNews, runPrime } from './edits/prime-flow.ts';
import { PrimingLeads } from './edits/priming-lead.ts';
import { couldHold } from './models/model-host.ts';
import { ModelPool } from './models/model-pool.ts';
import { PictureDesk } from './stages/picture-desk.ts';
import { patiently } from './warming/patiently.ts';
import { type Warmed, type WarmParts, warmUp } from './warming/warm-up.ts';
import { countStep, endEdit, gaugeWorker, type TelemetryParts } from './worker-telemetry.ts';

/** What a worker is made of besides its settings. */
export interface WorkerParts extends TelemetryParts {
  readonly clock?: Clock;
}

/** What a caller says of itself. */
export interface CallFacts {
  readonly signal: AbortSignal;
  readonly remainingMs: number | undefined;
  readonly traceparent: string | undefined;
}

interface WorkerFields {
  readonly config: WorkerConfig;
  readonly parts: WorkerParts;
  readonly store: ActivationStore;
  readonly cordon: Cordon;
  readonly index: RedisIndex | undefined;
  readonly pool: ModelPool;
  readonly pictures: PictureDesk;
  readonly memory: MemoryBudget;
  readonly secret: Uint8Array;
}

/** Of the memory of edits, for results whose callers have gone. */
const keptShare = 1 / 8;
/** What a step of a variant is thought to take that was not computed here. */
const usualStepMs = 100;
/** Where Redis does not answer, a worker starts cold. */
const redisMs = 5000;
const publicSecret = new Uint8Array(32);

/** One device with everything around it: runs edits, keeps activations, says what it has to do. */
export class Worker implements AsyncDisposable {
  readonly config: WorkerConfig;
  readonly store: ActivationStore;
  readonly pool: ModelPool;
  readonly memory: MemoryBudget;
  readonly desk: EditDesk;
  readonly cordon: Cordon;
  readonly pictures: PictureDesk;
  readonly runs: EditRuns<EditDone>;
  readonly #parts: WorkerParts;
  readonly #clock: Clock;
  readonly #flow: FlowParts;
  readonly #index: RedisIndex | undefined;
  readonly #stop = new AbortController();
  #announcing: Promise<void> | undefined;

  private constructor({ config, parts, store, cordon, index, pool, pictures, memory, secret }: WorkerFields) {
    this.config = config;
    this.store = store;
    this.pool = pool;
    this.memory = memory;
    this.desk = new EditDesk(config.edits.max);
    this.cordon = cordon;
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
    this.pictures = pictures;
    this.runs = new EditRuns({
      clock: this.#clock,
      memory,
      keptBytesMax: Math.floor(memory.bytesMax * keptShare),
      bytesOf: ({ picture }) => picture.length,
    });
    this.#index = index;
    this.#flow = {
      clock: this.#clock,
      tracing: parts.tracing,
      pool,
      pictures,
      memory,
      leads: new PrimingLeads(index, { worker: config.id, clock: this.#clock }),
      saltOf: (tenant) => tenantSalt(secret, tenant),
      keptBytes: (key) => {
        const held = store.find(key);
        return held?.isWhole === true ? held.bytes : 0;
      },
      isAtPeers: (key) => store.isAtPeers(key),
    };
    gaugeWorker(parts.metrics, this);
    if (index !== undefined) {
      const facts = { help: '1 while Redis answers, by what it is for.', label: 'use' } as const;
      parts.metrics.gauge('redis_up', facts, () => [[Number(index.isUp), 'index']]);
    }
  }

  /** Loads models and opens the store. Throws where a setting cannot be met, naming it. */
  static async open(config: WorkerConfig, parts: WorkerParts): Promise<Worker> {
    const secret = config.tenantSecretFile === undefined ? publicSecret : await readSecret(config.tenantSecretFile);
    await using cleanup = new AsyncDisposableStack();
    const { folder: root, disk, directIo, readDeadlineMs } = config.store;
    const peerTls = config.internalTls === undefined ? undefined : await readTls(config.internalTls);
    const store = cleanup.use(
      await ActivationStore.open({
        root,
        ...(peerTls === undefined ? {} : { peerTls }),
        directIo,
        readDeadlineMs,
        memoryBytesMax: config.memory.activations,
        diskBytesMax: disk,
      }),
    );
    const index = config.redis === undefined ? undefined : cleanup.use(new RedisIndex(config.redis));
    const pictures = cleanup.use(new PictureDesk({ blobs: config.blobs }, { waitingMax: 2 * config.edits.max }));
    const memory = new MemoryBudget(config.memory.edits);
    const pool = cleanup.use(
      await ModelPool.open(
        config.models,
        {
          cache: config.modelCache,
          store,
          peers: index === undefined ? undefined : { locate: (key) => locate(index, key, config.id) },
          turns: new DeviceTurns(),
          templateBytesMax: config.memory.templates,
          editBytesMax: config.memory.edits,
          editsMax: config.edits.max,
          agingMs: config.edits.agingMs,
          shareMs: config.edits.shareMs,
          onStep: (host, step) => countStep(parts, host.settings.name, step),
        },
        { bytesMax: config.memory.models },
      ),
    );
    const cordon = await Cordon.open(join(root, 'cordoned'));
    const worker = new Worker({ config, parts, store, cordon, index, pool, pictures, memory, secret });
    cleanup.move();
    return worker;
  }

  /** Tells the index what is held, from now on; `address` is where others reach this worker. */
  announce(address: string): void {
    const index = this.#index;
    if (index === undefined) return;
    const { store } = this;
    const announcer = new Announcer({
      index,
      worker: { id: this.config.id, address, epoch: randomUUID() },
      store: {
        held: () =>
          store
            .variants()
            .filter(({ isWhole }) => isWhole)
            .map(({ key, generation, bytes }) => ({ key, generation, bytes, tier: 'disk' })),
        drop: (key) => store.remove(key),
        pin: (pins) => {
          for (const { key, isPinned } of store.variants())
            if (isPinned !== pins.has(key)) store.pin(key, pins.has(key));
        },
      },
    });
    this.#announcing = announcer.run(this.#stop.signal);
  }

  /** Copies what is used most from other workers, where that is wanted; resolves when it is here, or time is over. */
  async warm(): Promise<Warmed | undefined> {
    const { warm, id } = this.config;
    const index = this.#index;
    if (warm === undefined || index === undefined) return undefined;
    await index.ready(Math.min(redisMs, warm.seconds * 1000)).catch(() => undefined);
    const hosts = this.pool.models.flatMap(({ host }) => host ?? []);
    const parts: WarmParts = {
      popular: (count) => patiently(() => index.popular(count)),
      isHeld: (key) => this.store.find(key)?.isWhole === true,
      findAtPeers: async (key) => {
        const addresses = await patiently(() => locate(index, key, id));
        return (await this.store.findAtPeers(key, { addresses })) ? this.store.shapeAtPeers(key) : undefined;
      },
      fits: (shape) => hosts.some((host) => couldHold(host, shape)),
      copy: (key, { steps }) => this.store.copyFromPeers(key, { recomputeMs: steps.length * usualStepMs }),
    };
    const time = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(warm.seconds * 1000)]);
    const warmed = await warmUp(warm, parts, time);
    this.#parts.log.info({ ...warmed }, 'warmed');
    return warmed;
  }

  /** Runs an edit for a caller, or lets it join the one that it asked for before. */
  follow(job: EditJob, facts: CallFacts): FollowedEdit<EditDone> {
    const orphanMs = job.orphanMs > 0 ? job.orphanMs : this.config.edits.orphanMs;
    return this.runs.follow(job, { ...facts, orphanMs }, (feed, signal) => this.#edit(job, feed, { ...facts, signal }));
  }

  /** Ends an edit, or drops its result where that is kept. Throws `not-found` where the tenant has neither. */
  cancel(tenant: string, id: string): void {
    if (!this.runs.drop({ tenant, id })) this.desk.cancel(tenant, id);
  }

  async #edit(job: EditJob, feed: Pick<Feed<EditNews>, 'push'>, facts: CallFacts): Promise<EditDone> {
    const { tracing, metrics } = this.#parts;
    const span = tracing.edits.startSpan('edit', {}, tracing.contextOf(facts.traceparent));
    const began = this.#clock.now();
    let error: ServiceError | undefined;
    let done: EditDone | undefined;
    try {
      using entry = this.desk.enter(job);
      const limitMs = Math.min(facts.remainingMs ?? Number.POSITIVE_INFINITY, this.config.edits.deadlineMs);
      using either = new EitherSignal(facts.signal, entry.signal);
      const call = { key: entry.key, feed, signal: either.signal, deadlineMs: began + limitMs, span };
      done = await runEdit(this.#flow, job, call);
      void this.#index?.countUse(variantKey(done.variant)).catch(() => undefined);
      return done;
    } catch (thrown) {
      error = ServiceError.from(thrown);
      const { code } = error;
      if (code === 'overloaded' || code === 'unavailable') metrics.refused.inc({ reason: error.field ?? code });
      span.setStatus({ code: SpanStatusCode.ERROR, message: code });
      throw error;
    } finally {
      endEdit(this.#parts, { job, done, error, ms: this.#clock.now() - began, span });
    }
  }

  /** Primes a template; how far it is goes to `feed`. */
  async prime(job: PrimeJob, feed: Feed<PrimeNews>, facts: CallFacts): Promise<void> {
    using entry = this.desk.enter({ tenant: job.tenant, id: `prime ${randomUUID()}` });
    using either = new EitherSignal(facts.signal, entry.signal);
    await runPrime(this.#flow, job, { key: entry.key, feed, signal: either.signal });
  }

  /** Takes nobody any more; with `handOver` all leave after the running step, else they end here. */
  drain({ handOver }: { readonly handOver: boolean }): void {
    this.desk.close();
    for (const { host } of this.pool.models) host?.batcher.drain({ handOver });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drain({ handOver: true });
    this.runs[Symbol.dispose]();
    await this.desk.empty();
    this.#stop.abort();
    await this.#announcing;
    await this.pool[Symbol.asyncDispose]();
    await this.pictures[Symbol.asyncDispose]();
    this.#index?.[Symbol.dispose]();
    await this.store[Symbol.asyncDispose]();
  }
}

/** Other workers that hold a variant. */
async function locate(index: RedisIndex, key: Parameters<RedisIndex['locate']>[0], self: string) {
  return (await index.locate(key)).filter(({ worker }) => worker !== self).map(({ address }) => address);
}

async function readSecret(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new ServiceError('not-found', `tenantSecretFile: ${file} cannot be read`, { field: 'config', cause });
  }
}
