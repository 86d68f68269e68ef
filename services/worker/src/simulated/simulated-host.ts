import { createHash } from 'node:crypto';
import { Batcher, type TimedEdit } from '@instgenie/batching';
import { LatencyModel as Latencies, type LatencyModel } from '@instgenie/cost';
import type { Clock } from '@instgenie/domain';
import { type DeviceWork, deviceStepMs, SimulatedEngine, SimulatedStore } from '@instgenie/testing';
import { EditsHere } from '../models/edits-here.ts';
import { Stage } from '../stages/stage.ts';
import type { SimulatedConfig } from './config.ts';
import { fineClock } from './fine-clock.ts';

/** Rows of text beside those of the window, as 512 beside 4,096. */
const textShare = 1 / 8;
/** Pretended operations of a row. */
const rowFlops = 1e9;

/** Work that is stepped on a simulated device. */
export interface SimulatedWork {
  /** What its next step does. */
  next(): DeviceWork;
  settle(): void;
}

/** A device that computes nothing and takes its time: batch, encoders' line and activations as a model's host has them. */
export class SimulatedHost implements AsyncDisposable {
  readonly config: SimulatedConfig;
  readonly clock: Clock = fineClock;
  readonly fingerprint: string;
  readonly store: SimulatedStore;
  readonly latency: LatencyModel;
  readonly stage: Stage;
  readonly edits: EditsHere;
  readonly batcher: Batcher<SimulatedWork>;
  readonly textRows: number;
  readonly flopsOfRow = rowFlops;
  readonly #engine: SimulatedEngine<DeviceWork>;
  readonly #run: Promise<void>;

  constructor(config: SimulatedConfig) {
    this.config = config;
    const { timeScale, slowFactor, side } = config;
    this.fingerprint = createHash('sha256').update(`simulated ${config.model} ${side}`).digest('hex').slice(0, 32);
    this.store = new SimulatedStore(config.store);
    const tokens = this.windowTokens;
    this.textRows = Math.max(1, Math.round(tokens * textShare));
    const startMs = config.costs.startMs * timeScale;
    const rowMs = (config.costs.denseMs * timeScale) / (tokens + this.textRows);
    const loadMs = config.costs.loadMs * timeScale;
    this.latency = Latencies.from({
      compute: { startMs, flopsPerMs: rowFlops / Math.max(1e-9, rowMs) },
      load: {
        memory: { latencyMs: 0.01, bytesPerMs: 1e9 },
        disk: { latencyMs: 0.01, bytesPerMs: this.stepBytes / Math.max(1e-3, loadMs) },
        peer: { latencyMs: 0.01, bytesPerMs: this.stepBytes / Math.max(1e-3, 4 * loadMs) },
      },
    });
    this.#engine = new SimulatedEngine({
      clock: this.clock,
      stepMs: (batch) => slowFactor * deviceStepMs({ startMs, rowMs, loadMs }, batch),
    });
    const now = () => this.clock.now();
    this.stage = new Stage({ name: 'encoders', concurrency: 1, waitingMax: 2 * config.edits.max, now });
    const stepMs = (batch: readonly TimedEdit[]) =>
      this.latency.computeMs(batch.reduce((sum, { maskedTokens }) => sum + this.rowsOf(maskedTokens) * rowFlops, 0));
    this.batcher = new Batcher<SimulatedWork>({
      executor: { step: (works) => this.#step(works) },
      clock: this.clock,
      stepTime: stepMs,
      settings: {
        batchMax: config.batchMax,
        bytesMax: Number.MAX_SAFE_INTEGER,
        waitingMax: config.edits.max,
        agingMs: 10_000,
      },
    });
    this.edits = new EditsHere({ clock: this.clock, stage: this.stage, batcher: this.batcher, stepMs });
    this.#run = this.batcher.run();
  }

  get windowTokens(): number {
    return (this.config.side / 16) ** 2;
  }

  /** Activations of a step, bytes. */
  get stepBytes(): number {
    return this.config.store.variantBytes / this.config.steps;
  }

  get stepsRun(): number {
    return this.#engine.steps;
  }

  /** What an edit takes beside its steps, when it is alone, ms. */
  get aroundMs(): number {
    const { encodeMs, decodeMs } = this.config.costs;
    return this.config.timeScale * (encodeMs + decodeMs);
  }

  rowsOf(tokens: number): number {
    return tokens + this.textRows;
  }

  /** Takes the time of one of the stages beside the steps, in its line. */
  async pass(stage: 'encode' | 'decode', signal: AbortSignal): Promise<void> {
    const { timeScale, costs } = this.config;
    const ms = timeScale * (stage === 'encode' ? costs.encodeMs : costs.decodeMs);
    const wait = () => new Promise<void>((resolve) => this.clock.after(ms, resolve));
    await this.stage.run(wait, { signal, isUrgent: stage === 'decode' });
  }

  /** From the last step of an edit to its result, if nothing else is to be decoded, about, ms. */
  get finishMs(): number {
    return this.stage.tookMs.urgent;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.batcher.drain({ handOver: true });
    await this.#run;
  }

  async #step(works: readonly SimulatedWork[]): Promise<void> {
    const batch = works.map((work) => work.next());
    const began = this.clock.now();
    await this.#engine.step(batch);
    for (const work of works) work.settle();
    const isUsual = batch.every(({ fill, load }) => fill === undefined && load === undefined);
    const flops = rowFlops * batch.reduce((sum, { rows }) => sum + rows, 0);
    if (isUsual) this.latency.observeCompute({ flops, ms: this.clock.now() - began });
  }
}
