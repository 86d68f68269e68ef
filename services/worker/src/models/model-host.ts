import { createHash } from 'node:crypto';
import { Batcher, type TimedEdit } from '@instgenie/batching';
import { LatencyModel as Latencies, type LatencyModel, type LatencyPrior } from '@instgenie/cost';
import { type StorageType, systemClock, type VariantShape } from '@instgenie/domain';
import { ActivationLayout, activationShape, Engine, type Provider, type StepReport } from '@instgenie/engine';
import type { PeerLookup } from '@instgenie/loader';
import type { PinnedProfile } from '@instgenie/planner';
import type { ActivationStore } from '@instgenie/store';
import { type DeviceTurns, EngineExecutor } from '../batching/engine-executor.ts';
import type { HostWork } from '../edits/edit-work.ts';
import { Stage } from '../stages/stage.ts';
import { CompletionRate } from './completion-rate.ts';
import { type Forecast, ForecastMargin } from './finish-forecast.ts';
import { TemplateShelf } from './template-shelf.ts';

/** A model as it is configured. */
export interface ModelSettings {
  readonly name: string;
  readonly folder: string;
  readonly storage: StorageType;
  readonly provider: Provider;
  readonly threads?: number | undefined;
  /** Edits that are stepped together. */
  readonly batchMax: number;
  /** What plans are made from; without it every block takes mode kv. */
  readonly profile?: PinnedProfile | undefined;
}

/** A step that was run. */
export interface HostStep {
  readonly report: StepReport;
  readonly works: readonly HostWork[];
  /** Since the step before, if any of its work goes on. */
  readonly gapMs: number;
}

/** What a model needs of its worker. */
export interface HostParts {
  readonly cache: string | undefined;
  readonly store: ActivationStore;
  readonly peers: PeerLookup | undefined;
  readonly turns: DeviceTurns;
  readonly templateBytesMax: number;
  readonly editBytesMax: number;
  readonly editsMax: number;
  readonly agingMs: number;
  readonly shareMs: number;
  readonly onStep: (host: ModelHost, step: HostStep) => void;
}

/** A guess of a machine, until its steps were measured. */
const prior: LatencyPrior = {
  compute: { startMs: 5, flopsPerMs: 100e6 },
  load: {
    memory: { latencyMs: 0.01, bytesPerMs: 10e6 },
    disk: { latencyMs: 0.2, bytesPerMs: 1e6 },
    peer: { latencyMs: 1, bytesPerMs: 0.3e6 },
  },
};

/** An edit that is in a host. */
export interface HostEntry extends Disposable {
  /** It is ready to be stepped. */
  encoded(maskedTokens: number): void;
  /** It has a result. */
  done(): void;
}

/** A model in memory: its engine, the batch that runs on it, and the templates that are ready. */
export class ModelHost implements AsyncDisposable {
  readonly settings: ModelSettings;
  readonly engine: Engine;
  readonly batcher: Batcher<HostWork>;
  readonly shelf: TemplateShelf;
  readonly latency: LatencyModel = Latencies.from(prior);
  /** Text and autoencoder, in the engine's own thread. */
  readonly stage: Stage;
  /** Hosts of one fingerprint plan alike and compute the same bytes. */
  readonly fingerprint: string;
  /** Activations of a token in a step, over all blocks, in a picture of the size that the model was made for. */
  readonly bytesOfToken: number;
  /** Masked tokens of the edits of late, faded. */
  #usualTokens = 0;
  /** Edits that are not encoded yet. */
  #before = 0;
  readonly #ends = new CompletionRate();
  readonly #margin = new ForecastMargin();
  #stepsRun = 0;
  #run: Promise<void>;

  private constructor(engine: Engine, settings: ModelSettings, parts: HostParts) {
    this.engine = engine;
    this.settings = settings;
    this.fingerprint = createHash('sha256')
      .update(`${engine.model.identity}:${engine.fingerprint}:${JSON.stringify(settings.profile ?? null)}`)
      .digest('hex')
      .slice(0, 32);
    this.bytesOfToken = bytesOfToken(engine);
    const onStep = (report: StepReport, works: readonly HostWork[], gapMs: number) => {
      this.#stepsRun++;
      const flops = works.reduce((sum, work) => sum + work.flops, 0);
      const isUsual = report.runs > 0 && report.blocksRecomputed === 0;
      if (isUsual) this.latency.observeCompute({ flops, ms: Math.max(0, report.totalMs - report.waitMs) });
      parts.onStep(this, { report, works, gapMs });
    };
    this.batcher = new Batcher<HostWork>({
      executor: new EngineExecutor<HostWork>(engine, { turns: parts.turns, onStep }),
      clock: systemClock,
      stepTime: (batch) => this.#stepMs(batch),
      settings: {
        batchMax: Math.min(settings.batchMax, engine.model.denoiser.batchMax),
        bytesMax: parts.editBytesMax,
        waitingMax: parts.editsMax,
        agingMs: parts.agingMs,
        shareMs: parts.shareMs,
      },
    });
    this.shelf = new TemplateShelf({
      engine,
      store: parts.store,
      peers: parts.peers,
      bytesMax: parts.templateBytesMax,
    });
    const now = () => systemClock.now();
    this.stage = new Stage({ name: 'encoders', concurrency: 1, waitingMax: 2 * parts.editsMax, now });
    this.#run = this.batcher.run();
  }

  static async open(settings: ModelSettings, parts: HostParts): Promise<ModelHost> {
    const { folder, storage, provider, threads } = settings;
    const engine = await Engine.open({
      folder,
      storage,
      provider,
      ...(threads === undefined ? {} : { threads }),
      ...(parts.cache === undefined ? {} : { cache: parts.cache }),
    });
    return new ModelHost(engine, settings, parts);
  }

  /** Work of a step of an edit of so many rows, in a picture of the size that the model was made for. */
  stepFlops(rows: number, tokens = this.#usualGrid()): number {
    const { model } = this.engine;
    const { textRows } = model.defaults;
    return model.denoiser.blocks.length * model.blockFlops({ rows: rows + textRows, keys: tokens + textRows });
  }

  /** Steps of batches that were run so far. */
  get stepsRun(): number {
    return this.#stepsRun;
  }

  /** An edit comes: it counts in predictions until it is disposed of, and as one to be encoded until then. */
  enter(forecast: Forecast): HostEntry {
    this.#before++;
    const beganMs = systemClock.now();
    this.#ends.enter(beganMs);
    let isEncoded = false;
    let isDone = false;
    const encoded = () => {
      if (!isEncoded) this.#before--;
      isEncoded = true;
    };
    return {
      encoded: (maskedTokens) => {
        encoded();
        const share = this.#usualTokens === 0 ? 1 : 1 / 16;
        this.#usualTokens += (maskedTokens - this.#usualTokens) * share;
      },
      done: () => {
        isDone = true;
      },
      [Symbol.dispose]: () => {
        encoded();
        const nowMs = systemClock.now();
        this.#ends.leave(nowMs, { isDone });
        this.#margin.observe(forecast, nowMs - beganMs, { isCut: !isDone });
      },
    };
  }

  /**
   * When an edit would be done that came now, before its mask is known, about, ms: encoders and decoder have one line,
   * the blocks another, and the slower one of them decides; but no sooner than edits have been ending of late. 0 before
   * the first edit.
   */
  forecast(steps: number): Forecast {
    if (this.#usualTokens === 0) return { aloneMs: 0, expectedMs: 0 };
    const { usual: encodeMs, urgent: decodeMs } = this.stage.tookMs;
    const edit = { maskedTokens: this.#usualTokens, stepsLeft: steps };
    const stepsMs = this.batcher.predictMs(Array.from({ length: this.#before + 1 }, () => edit));
    const stageMs = (this.#before + 1) * encodeMs + (this.#ends.here + 1) * decodeMs;
    return {
      aloneMs: encodeMs + steps * this.#stepMs([edit]) + decodeMs,
      expectedMs: Math.max(stageMs, encodeMs + stepsMs + decodeMs, this.#ends.predictedMs),
    };
  }

  /** The same, so late that hardly an edit is later, ms. */
  safeMs(forecast: Forecast): number {
    return this.#margin.safeMs(forecast);
  }

  /** From the last step of an edit to its result, if nothing else is to be decoded, about, ms. */
  get finishMs(): number {
    return this.stage.tookMs.urgent;
  }

  /** Ends when the last edit has; to be drained before. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.batcher.drain({ handOver: true });
    await this.#run;
    await this.shelf[Symbol.asyncDispose]();
    await this.engine[Symbol.asyncDispose]();
  }

  /** A step of such a batch, as far as is known, ms. */
  #stepMs(batch: readonly Pick<TimedEdit, 'maskedTokens'>[]): number {
    return this.latency.computeMs(batch.reduce((sum, { maskedTokens }) => sum + this.stepFlops(maskedTokens), 0));
  }

  #usualGrid(): number {
    const side = this.engine.model.defaults.side / 16;
    return side * side;
  }
}

/** Whether activations cut like this could be of the model, whatever the picture's size. */
export function couldHold({ engine }: Pick<ModelHost, 'engine'>, { chunkBytes }: VariantShape): boolean {
  const { side } = engine.model.defaults;
  const shape = activationShape(engine, { picture: { width: side, height: side } });
  return new ActivationLayout(shape).chunkBytes.length === chunkBytes.length;
}

function bytesOfToken(engine: Engine): number {
  const { side } = engine.model.defaults;
  const shape = activationShape(engine, { picture: { width: side, height: side } });
  return new ActivationLayout(shape).bytes / shape.tokens;
}
