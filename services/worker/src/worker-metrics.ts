import { Counter, type Figures, Histogram, type Registry, readCounter, readGauge } from '@instgenie/telemetry';

const seconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const stepSeconds = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** What a worker counts; docs/worker.md lists it. */
export class WorkerMetrics {
  readonly #registry: Registry;
  readonly edits;
  readonly refused;
  readonly phases;
  readonly duration;
  readonly steps;
  readonly batch;
  readonly stall;
  readonly gaps;
  readonly tokenSteps;
  readonly chunks;
  readonly recomputed;
  readonly preemptions;

  constructor(registry: Registry) {
    this.#registry = registry;
    const registers = [registry];
    this.edits = new Counter({
      name: 'instgenie_edits_total',
      help: 'Edits that ended, by how they did and where their activations came from.',
      labelNames: ['model', 'code', 'cache'],
      registers,
    });
    this.refused = new Counter({
      name: 'instgenie_edits_refused_total',
      help: 'Edits that were not taken.',
      labelNames: ['reason'],
      registers,
    });
    this.duration = new Histogram({
      name: 'instgenie_edit_duration_seconds',
      help: 'From the request to the result.',
      labelNames: ['model', 'mask_bucket'],
      buckets: seconds,
      enableExemplars: true,
      registers,
    });
    this.phases = new Histogram({
      name: 'instgenie_edit_phase_seconds',
      help: 'What parts of an edit took: decode, template, encode, queue, denoise, finish.',
      labelNames: ['model', 'phase'],
      buckets: seconds,
      registers,
    });
    this.steps = new Histogram({
      name: 'instgenie_batch_step_seconds',
      help: 'A denoising step of a batch.',
      labelNames: ['model'],
      buckets: stepSeconds,
      registers,
    });
    this.batch = new Histogram({
      name: 'instgenie_batch_size',
      help: 'Edits that were stepped together.',
      labelNames: ['model'],
      buckets: [1, 2, 3, 4, 6, 8],
      registers,
    });
    this.stall = new Counter({
      name: 'instgenie_batch_stall_seconds_total',
      help: 'Steps waiting for activations.',
      labelNames: ['model'],
      registers,
    });
    this.gaps = new Counter({
      name: 'instgenie_batch_gap_seconds_total',
      help: 'Time between steps while an edit was under way.',
      labelNames: ['model'],
      registers,
    });
    this.tokenSteps = new Counter({
      name: 'instgenie_masked_token_steps_total',
      help: 'Masked tokens of ended edits, times the steps that were run.',
      labelNames: ['model'],
      registers,
    });
    this.chunks = new Counter({
      name: 'instgenie_cache_chunks_total',
      help: 'Chunks that ended edits asked for, by where they were.',
      labelNames: ['tier'],
      registers,
    });
    this.recomputed = new Counter({
      name: 'instgenie_cache_blocks_recomputed_total',
      help: 'Blocks whose activations were damaged or late, and computed.',
      labelNames: ['model'],
      registers,
    });
    this.preemptions = new Counter({
      name: 'instgenie_preemptions_total',
      help: 'Edits that made room for more urgent ones.',
      labelNames: ['model'],
      registers,
    });
  }

  /** A figure that is read when somebody looks: one, or one for each value of a label. */
  gauge(name: string, facts: ReadFacts, read: () => Figures): void {
    readGauge(this.#registry, { name, ...facts }, read);
  }

  /** The same for what only grows. */
  counter(name: string, facts: ReadFacts, read: () => Figures): void {
    readCounter(this.#registry, { name, ...facts }, read);
  }
}

interface ReadFacts {
  readonly help: string;
  readonly label?: 'model' | 'tier' | 'kind' | 'use';
}
