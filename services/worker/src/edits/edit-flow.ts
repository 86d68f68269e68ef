import { type Clock, ServiceError } from '@instgenie/domain';
import { type CacheOutcome, Edit, editBytes, gridOf, type Template } from '@instgenie/engine';
import { RetryError } from '@instgenie/rpc';
import type { Span, Tracing } from '@instgenie/telemetry';
import type { EditOutcome } from '../batching/batcher.ts';
import type { ModelHost } from '../models/model-host.ts';
import type { ModelPool } from '../models/model-pool.ts';
import type { ShelfLoan, ShelfSpec } from '../models/template-shelf.ts';
import type { OpenPicture, PictureDesk } from '../stages/picture-desk.ts';
import type { EditNews, Feed } from './edit-feed.ts';
import type { EditJob, PrimeJob } from './edit-job.ts';
import { EditWork, previewSteps } from './edit-work.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { PhaseTimes } from './phase-times.ts';
import type { PrimingLeads } from './priming-lead.ts';

/** What edits share on a worker. */
export interface FlowParts {
  readonly clock: Clock;
  readonly tracing: Tracing;
  readonly pool: ModelPool;
  readonly pictures: PictureDesk;
  readonly memory: MemoryBudget;
  readonly leads: PrimingLeads;
  readonly saltOf: (tenant: string) => string;
  /** Whether the activations of a template are whole, here or at a peer that was found. */
  readonly isWarm: (key: string) => boolean;
}

/** What a caller gave an edit. */
export interface EditCall {
  /** Unique in the worker. */
  readonly key: string;
  readonly feed: Feed<EditNews>;
  readonly signal: AbortSignal;
  /** On the worker's clock. */
  readonly deadlineMs: number;
  readonly span: Span;
}

/** An edit that is done. */
export interface EditDone {
  readonly picture: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly maskedTokens: number;
  readonly tokens: number;
  readonly stepsRun: number;
  readonly cache: CacheOutcome;
  readonly chunks: Edit['chunks'];
  readonly times: PhaseTimes;
  readonly fingerprint: string;
  readonly isMixed: boolean;
  readonly variant: string;
  readonly preemptions: number;
  readonly model: string;
}

/** Runs an edit from its request to the file of its result: every stage in its own line, the steps in the batch. */
export async function runEdit(parts: FlowParts, job: EditJob, call: EditCall): Promise<EditDone> {
  const { pool, pictures, memory, clock } = parts;
  const times = new PhaseTimes(clock, parts.tracing.edits, call.span);
  using lease = await pool.take(job.template.model);
  const { host } = lease;
  requireTime(call, clock.now() + host.predictMs(job.template.steps ?? host.engine.model.defaults.steps));
  using entry = host.enter();
  using picture = await times.run('decode', () => readPicture(pictures, host, job, call.signal));
  const spec = templateSpec(host, job, { salt: parts.saltOf(job.tenant), picture });
  const { rows, columns } = gridOf(spec.picture);
  const tokens = rows * columns;
  using held = new DisposableStack();
  held.use(memory.take(picture.bytes + editBytes(host.engine, { ...spec, tokens }), host.stage.predictedMs));
  const variant = host.shelf.keyOf(spec);
  using company = host.batcher.expect(variant);
  await using loan = await times.run('template', () => takeTemplate(host, { key: variant, spec, signal: call.signal }));
  const { template } = loan.stored;
  if (job.mustBeWarm && !parts.isWarm(variant)) {
    const text = 'template: its activations are not kept here, and the edit says that they must be; prime it first';
    throw new ServiceError('not-found', text, { field: 'require_warm' });
  }
  requireTime(call, clock.now() + host.finishMs);
  await using edit = await times.run('encode', () =>
    host.stage.run(() => prepareEdit(host, template, { job, picture }), { signal: call.signal }),
  );
  const maskedTokens = edit.state.rows.length;
  entry.encoded(maskedTokens);
  if (job.resume !== undefined) edit.restore(job.resume);
  const preemptions =
    edit.stepsDone === edit.stepsTotal ? 0 : await denoise({ host, edit, job, call, picture, times, variant, company });
  const file = await times.run('finish', async () => {
    const painted = await host.stage.run(() => edit.decode(), { signal: call.signal, isUrgent: true });
    return await picture.finish({ painted, format: job.format }, { signal: call.signal });
  });
  entry.done();
  return {
    picture: file,
    width: picture.width,
    height: picture.height,
    maskedTokens,
    tokens,
    stepsRun: edit.stepsRun,
    cache: edit.cache,
    chunks: edit.chunks,
    times,
    fingerprint: host.fingerprint,
    isMixed: job.resume !== undefined && job.resume.fingerprint !== host.fingerprint,
    variant,
    preemptions,
    model: host.settings.name,
  };
}

/** What a model sees of a picture; the rest of it stays in the pictures' thread. */
export function readPicture(
  pictures: PictureDesk,
  host: ModelHost,
  job: PrimeJob & Partial<Pick<EditJob, 'grow' | 'feather'>>,
  signal: AbortSignal,
): Promise<OpenPicture> {
  const { template, mask, maskMode, grow = 0, feather = 0 } = job;
  const modelSide = host.engine.model.defaults.side;
  return pictures.read({ source: template.source, mask, maskMode, grow, feather, modelSide }, signal);
}

/** A template as it was asked for, and for what was not said as its model does. */
export function templateSpec(
  host: ModelHost,
  { template }: Pick<EditJob, 'template'>,
  { salt, picture }: { readonly salt: string; readonly picture: OpenPicture },
): ShelfSpec {
  const { steps, guidance, textRows } = host.engine.model.defaults;
  return {
    picture: picture.picture,
    prompt: template.prompt,
    steps: template.steps ?? steps,
    guidance: template.guidance ?? guidance,
    textRows,
    noiseSeed: template.noiseSeed,
    keepEvery: template.keepEvery,
    tenantSalt: salt,
  };
}

/** A template from the shelf, or prepared in the encoders' line. */
export function takeTemplate(
  host: ModelHost,
  {
    key,
    spec,
    signal,
  }: { readonly key: ReturnType<ModelHost['shelf']['keyOf']>; readonly spec: ShelfSpec; readonly signal: AbortSignal },
): Promise<ShelfLoan> {
  if (host.shelf.has(key)) return host.shelf.take(key, spec);
  return host.stage.run(() => host.shelf.take(key, spec), { signal });
}

function prepareEdit(
  host: ModelHost,
  template: Template,
  { job, picture }: { readonly job: EditJob; readonly picture: OpenPicture },
): Promise<Edit> {
  const { prompt, seed, strength, isDense: dense } = job;
  return Edit.prepare(host.engine, template, { mask: picture.windowMask, prompt, seed, strength, dense });
}

interface Denoising {
  readonly host: ModelHost;
  readonly edit: Edit;
  readonly job: EditJob;
  readonly call: EditCall;
  readonly picture: OpenPicture;
  readonly times: PhaseTimes;
  readonly variant: string;
  /** That others may wait for it. */
  readonly company: Disposable;
}

/** Steps an edit in the batch; how often it made room for others. Throws where it does not end here. */
async function denoise(fields: Denoising): Promise<number> {
  const { host, edit, job, call, times } = fields;
  const { feed } = call;
  const { fingerprint } = host;
  const previews = new Previews(fields);
  const maskedTokens = job.isDense ? edit.template.state.tokens : edit.state.rows.length;
  const work = new EditWork({
    edit,
    flops: host.stepFlops(maskedTokens, edit.template.state.tokens),
    previewSteps: previewSteps(job.previews, edit.stepsTotal),
    checkpointEvery: job.checkpointEvery,
    onPreview: (latents, done) => previews.show(latents, done),
    onCheckpoint: (checkpoint) => feed.push({ kind: 'checkpoint', checkpoint, fingerprint }),
  });
  let preemptions = 0;
  const queue = times.begin('queue');
  let denoising: ReturnType<PhaseTimes['begin']> | undefined;
  const submission = host.batcher.submit(
    {
      id: call.key,
      tenant: job.tenant,
      priority: job.priority,
      deadlineMs: call.deadlineMs - host.finishMs,
      maskedTokens,
      stepsTotal: edit.stepsTotal,
      stepsDone: edit.stepsDone,
      bytes: 0,
      variant: fields.variant,
    },
    work,
    (event) => {
      if (event.kind === 'admitted') {
        queue.pause();
        denoising ??= times.begin('denoise');
        denoising.resume();
        work.trace = denoising.span.spanContext();
        feed.push({ kind: 'admitted', waitedMs: event.waitedMs });
      } else if (event.kind === 'preempted') {
        preemptions++;
        denoising?.pause();
        queue.resume();
      } else feed.push(event);
    },
  );
  fields.company[Symbol.dispose]();
  if (submission.kind === 'refused') {
    queue.end();
    throw refusal(submission);
  }
  const position = host.batcher.position(call.key);
  feed.push({ kind: 'queued', position, predictedMs: host.batcher.predictMs([]) });
  const cancel = () => void host.batcher.cancel(call.key);
  call.signal.addEventListener('abort', cancel, { once: true });
  if (call.signal.aborted) cancel();
  try {
    const outcome = await submission.outcome;
    if (outcome.kind === 'left') feed.push({ kind: 'checkpoint', checkpoint: edit.checkpoint(), fingerprint });
    requireDone(outcome);
  } finally {
    call.signal.removeEventListener('abort', cancel);
    queue.end();
    denoising?.end({
      'instgenie.steps': edit.stepsRun,
      'instgenie.masked_tokens': maskedTokens,
      'instgenie.stall_ms': work.stallMs,
      'instgenie.blocks_recomputed': work.blocksRecomputed,
      'instgenie.cache': edit.cache,
    });
    await previews.settled();
  }
  return preemptions;
}

/** One preview at a time, in the encoders' line after everything else: who draws too slowly shows fewer. */
class Previews {
  readonly #fields: Denoising;
  readonly #stop = new AbortController();
  #drawing: Promise<void> | undefined;

  constructor(fields: Denoising) {
    this.#fields = fields;
  }

  show(latents: Float32Array, done: number): void {
    this.#drawing ??= this.#draw(latents, done).finally(() => {
      this.#drawing = undefined;
    });
  }

  /** Those that have not begun are not drawn any more. */
  async settled(): Promise<void> {
    this.#stop.abort();
    await this.#drawing;
  }

  async #draw(latents: Float32Array, done: number): Promise<void> {
    const { host, edit, call, picture } = this.#fields;
    const { signal } = this.#stop;
    try {
      const painted = await host.stage.run(() => edit.decode(latents), { signal });
      const file = await picture.finish({ painted, format: 'webp' }, { signal });
      call.feed.push({ kind: 'preview', done, picture: file });
    } catch {
      // An edit is not worse for a preview that nobody saw.
    }
  }
}

/** Throws where an edit that is done at `atMs` would be late. */
function requireTime({ deadlineMs }: EditCall, atMs: number): void {
  const lateMs = atMs - deadlineMs;
  if (lateMs <= 0) return;
  throw refusal({ reason: 'late', retryAfterMs: lateMs });
}

function refusal({
  reason,
  retryAfterMs,
}: {
  readonly reason: 'full' | 'late' | 'closed';
  readonly retryAfterMs: number;
}): ServiceError {
  if (reason === 'closed') return leaving();
  const text = reason === 'late' ? `it would be ${Math.ceil(retryAfterMs)} ms late` : 'too many wait';
  return new RetryError('overloaded', `worker: ${text}; try again later, or with more time`, {
    field: reason === 'late' ? 'deadline' : 'edits',
    retryAfterMs,
  });
}

/** What is said to those whose edits do not end here because the worker goes. */
export function leaving(): ServiceError {
  const text = 'worker: it is leaving; go on elsewhere, from the last checkpoint if there is one';
  return new RetryError('unavailable', text, { retryAfterMs: 0 });
}

function requireDone(outcome: EditOutcome): void {
  switch (outcome.kind) {
    case 'done':
      return;
    case 'left':
      throw leaving();
    case 'cancelled':
      throw new ServiceError('cancelled', 'the edit was cancelled');
    case 'expired':
      throw new ServiceError('deadline', 'the edit was not done by its deadline');
    case 'failed':
      throw outcome.error;
  }
}
