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
import { EditsHere } from './edits-here.ts';
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

/** A model in memory: its engine, the batch that runs on it, and the templates that are ready. */
export class ModelHost implements AsyncDisposable {
  readonly settings: ModelSettings;
  readonly engine: Engine;
  readonly batcher: Batcher<HostWork>;
  readonly shelf: TemplateShelf;
  readonly latency: LatencyModel = Latencies.from(prior);
  /** Text and autoencoder, in the engine's own thread. */
  readonly stage: Stage;
  readonly edits: EditsHere;
  /** Hosts of one fingerprint plan alike and compute the same bytes. */
  readonly fingerprint: string;
  /** Activations of a token in a step, over all blocks, in a picture of the size that the model was made for. */
  readonly bytesOfToken: number;
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
    const stepMs = (batch: readonly TimedEdit[]) =>
      this.latency.computeMs(batch.reduce((sum, { maskedTokens }) => sum + this.stepFlops(maskedTokens), 0));
    this.batcher = new Batcher<HostWork>({
      executor: new EngineExecutor<HostWork>(engine, { turns: parts.turns, onStep }),
      clock: systemClock,
      stepTime: stepMs,
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
    this.edits = new EditsHere({ clock: systemClock, stage: this.stage, batcher: this.batcher, stepMs });
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
