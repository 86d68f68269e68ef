import type { ServiceError } from '@instgenie/domain';
import type { StoreCounts } from '@instgenie/store';
import { type Log, maskBucket, promptFacts, type Span, type Tracing } from '@instgenie/telemetry';
import type { EditDone } from './edits/edit-flow.ts';
import type { EditJob } from './edits/edit-job.ts';
import { phases } from './edits/phase-times.ts';
import type { HostStep, ModelHost } from './models/model-host.ts';
import type { Worker } from './worker.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** Where a worker tells what it does. */
export interface TelemetryParts {
  readonly tracing: Tracing;
  readonly metrics: WorkerMetrics;
  readonly log: Log;
}

/** Counts a step, and traces some: a span of its own, linked to the edits in the batch. */
export function countStep(
  { metrics, tracing }: TelemetryParts,
  model: string,
  { report, works, gapMs }: HostStep,
): void {
  const { totalMs, waitMs, blocksRecomputed } = report;
  metrics.steps.observe({ model }, totalMs / 1000);
  metrics.batch.observe({ model }, works.length);
  metrics.stall.inc({ model }, waitMs / 1000);
  metrics.gaps.inc({ model }, gapMs / 1000);
  if (blocksRecomputed > 0) metrics.recomputed.inc({ model }, blocksRecomputed);
  const links = works.flatMap(({ trace }) => (trace === undefined ? [] : [{ context: trace }]));
  const endTime = Date.now();
  const span = tracing.steps.startSpan('step', { root: true, links, startTime: endTime - totalMs });
  if (!span.isRecording()) return;
  span.setAttributes({ 'gen_ai.request.model': model, 'instgenie.batch': works.length, 'instgenie.stall_ms': waitMs });
  span.end(endTime);
}

export interface EndedEdit {
  readonly job: EditJob;
  readonly done: EditDone | undefined;
  /** Undefined where it ended well. */
  readonly error: ServiceError | undefined;
  readonly ms: number;
  readonly span: Span;
}

/** Counts an edit that has ended, ends its span and writes its line to the log. */
export function endEdit({ metrics, log }: TelemetryParts, { job, done, error, ms, span }: EndedEdit): void {
  const code = error?.code ?? 'ok';
  const { traceId, spanId } = span.spanContext();
  const model = done?.model ?? 'none';
  metrics.edits.inc({ model, code, cache: done?.cache ?? 'none' });
  if (done !== undefined) {
    const labels = { model, mask_bucket: maskBucket(done.maskedTokens / done.tokens) };
    const exemplarLabels: Record<string, string> = { traceId, spanId };
    metrics.duration.observe({ labels, value: ms / 1000, exemplarLabels });
    for (const phase of phases) metrics.phases.observe({ model, phase }, done.times.of(phase) / 1000);
    metrics.tokenSteps.inc({ model }, (job.isDense ? done.tokens : done.maskedTokens) * done.stepsRun);
    for (const [tier, chunks] of Object.entries(done.chunks)) metrics.chunks.inc({ tier }, chunks);
    if (done.preemptions > 0) metrics.preemptions.inc({ model }, done.preemptions);
    span.setAttributes({
      'gen_ai.request.model': model,
      'gen_ai.output.type': 'image',
      'instgenie.cache': done.cache,
      'instgenie.mask_ratio': done.maskedTokens / done.tokens,
      ...chunkFacts(done),
    });
  }
  span.setAttributes({ 'instgenie.code': code, 'instgenie.edit': job.id }).end();
  const facts = { traceId, edit: job.id, code, ms: Math.round(ms), prompt: promptFacts(job.prompt) };
  if (code === 'internal') log.error({ ...facts, err: error?.cause ?? error }, 'edit failed');
  else log.info({ ...facts, model, cache: done?.cache }, 'edit');
}

/** Chunks by where they were. */
function chunkFacts({ chunks }: EditDone): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(chunks).map(([tier, count]) => [`instgenie.chunks.${tier}`, count]));
}

/** The figures of a worker that are read when somebody looks. */
export function gaugeWorker(
  metrics: WorkerMetrics,
  { desk, memory, pool, runs, store }: Pick<Worker, 'desk' | 'memory' | 'pool' | 'runs' | 'store'>,
): void {
  const perModel = (read: (host: ModelHost) => number) => () =>
    pool.models.flatMap(({ settings, host }) => (host === undefined ? [] : [[read(host), settings.name] as const]));
  const perTier = (read: (counts: StoreCounts) => readonly [memory: number, disk: number]) => () => {
    const [inMemory, onDisk] = read(store.counts());
    return [[inMemory, 'memory'] as const, [onDisk, 'disk'] as const];
  };
  metrics.gauge('edits_here', { help: 'Edits in the worker, in whatever stage.' }, () => [[desk.count]]);
  metrics.gauge('edits_orphaned', { help: 'Edits without a caller, and results kept for one.' }, () => [
    [runs.orphans],
  ]);
  metrics.gauge('edit_memory_bytes', { help: 'Memory of edits that are here.' }, () => [[memory.usedBytes]]);
  metrics.gauge(
    'requests_waiting',
    { help: 'Edits that wait for a place in the batch.', label: 'model' },
    perModel(({ batcher }) => batcher.waitingCount),
  );
  metrics.gauge(
    'requests_running',
    { help: 'Edits in the batch.', label: 'model' },
    perModel(({ batcher }) => batcher.runningCount),
  );
  metrics.gauge(
    'cache_bytes',
    { help: 'Activations that are held.', label: 'tier' },
    perTier(({ memoryBytes, diskBytes }) => [memoryBytes, diskBytes]),
  );
  metrics.gauge('model_loaded', { help: '1 for models that are in memory.', label: 'model' }, () =>
    pool.models.map(({ settings: { name }, host }) => [Number(host !== undefined), name] as const),
  );
  metrics.gauge(
    'batch_max',
    { help: 'Edits that may be stepped together.', label: 'model' },
    perModel(({ settings }) => settings.batchMax),
  );
  metrics.gauge(
    'cache_bytes_max',
    { help: 'Activations that may be held.', label: 'tier' },
    perTier(({ memoryBytesMax, diskBytesMax }) => [memoryBytesMax, diskBytesMax]),
  );
  metrics.gauge('cache_variants', { help: 'Variants on disk.' }, () => [[store.counts().diskVariants]]);
  metrics.counter(
    'cache_evictions_total',
    { help: 'Steps and variants that made room.', label: 'tier' },
    perTier(({ memoryEvictions, diskEvictions }) => [memoryEvictions, diskEvictions]),
  );
  metrics.counter('cache_faults_total', { help: 'What went wrong with activations.', label: 'kind' }, () => {
    const { stepsQuarantined, loadsDamaged, loadsLate, writesFailed } = store.counts();
    return [
      [stepsQuarantined, 'quarantined'],
      [loadsDamaged, 'damaged'],
      [loadsLate, 'late'],
      [writesFailed, 'write_failed'],
    ];
  });
  metrics.counter('cache_read_bytes_total', { help: 'Activations that were read.' }, () => [
    [store.counts().bytesRead],
  ]);
  metrics.counter('cache_chunks_lent_total', { help: 'Chunks that peers were given.' }, () => [
    [store.counts().chunksLent],
  ]);
}
