import { createHash } from 'node:crypto';
import type { EditOutcome } from '@instgenie/batching';
import { ServiceError } from '@instgenie/domain';
import type { EditResult } from '@instgenie/rpc';
import type { DeviceWork } from '@instgenie/testing';
import type { EditNews, Feed } from '../edits/edit-feed.ts';
import type { EditJob, PrimeJob } from '../edits/edit-job.ts';
import type { PrimeNews } from '../edits/prime-flow.ts';
import { leaving, refusal, requireDone, requireTime } from '../edits/refusals.ts';
import { digestLatents, digestPicture, digestPictureSize, editDigest } from './edit-digest.ts';
import { type MaskFacts, type MaskReader, sourceDigest } from './masked-tokens.ts';
import type { SimulatedHost, SimulatedWork } from './simulated-host.ts';

export interface SimulatedParts {
  readonly host: SimulatedHost;
  readonly masks: MaskReader;
  /** Ends the process as a crash does. */
  readonly crash: () => never;
}

export interface SimulatedCall<News extends { readonly kind: string }> {
  readonly key: string;
  readonly feed: Pick<Feed<News>, 'push'>;
  readonly signal: AbortSignal;
  /** On the host's clock. */
  readonly deadlineMs: number;
}

/** Runs an edit as a worker does, in the time that a device would take. */
export async function runSimulatedEdit(
  parts: SimulatedParts,
  job: EditJob,
  call: SimulatedCall<EditNews>,
): Promise<EditResult> {
  const { host } = parts;
  const { signal, feed } = call;
  const began = host.clock.now();
  requireModel(host, job);
  const steps = job.template.steps ?? host.config.steps;
  const forecast = host.edits.forecast(steps);
  requireTime(call, began + host.edits.safeMs(forecast));
  using entry = host.edits.enter(forecast);
  const facts = await parts.masks.read(job);
  const variant = variantOf(job);
  const maskedTokens = job.isDense ? facts.tokens : facts.maskedTokens;
  const cache = cacheOf(host, job, variant);
  if (job.mustBeWarm && cache === 'CACHE_OUTCOME_COLD') {
    const text = 'template: its activations are not kept here, and the edit says that they must be; prime it first';
    throw new ServiceError('not-found', text, { field: 'require_warm' });
  }
  requireTime(call, host.clock.now() + host.finishMs);
  await host.pass('encode', signal);
  entry.encoded(maskedTokens);
  const encodedMs = host.clock.now() - began;
  const { template, prompt, seed } = job;
  const digest = editDigest({
    template: sourceDigest(template.source),
    mask: facts.digest,
    prompt,
    seed,
    steps,
    size: job.size,
  });
  const firstStep = steps - Math.max(1, Math.floor(steps * job.strength));
  const work = new EditSteps(parts, { job, facts, variant, digest, firstStep, steps, feed });
  const { waitedMs, preemptions } = work.isDone
    ? { waitedMs: 0, preemptions: 0 }
    : await denoise(parts, work, { job, call });
  const denoisedMs = host.clock.now() - began - encodedMs - waitedMs;
  await host.pass('decode', signal);
  entry.done();
  const totalMs = host.clock.now() - began;
  return {
    picture: Buffer.from(digestPicture(digest, host.config.resultBytes)),
    ...digestPictureSize,
    maskedTokens: facts.maskedTokens,
    tokens: facts.tokens,
    stepsRun: work.stepsRun,
    cache,
    chunks: { memory: work.stepsRun, disk: 0, peer: 0, missed: 0 },
    timings: {
      decodeMs: 0,
      templateMs: 0,
      encodeMs: encodedMs,
      queueMs: waitedMs,
      denoiseMs: denoisedMs,
      finishMs: totalMs - encodedMs - waitedMs - denoisedMs,
      totalMs,
    },
    fingerprint: host.fingerprint,
    isMixed: false,
    variant,
    preemptions,
    variantBytes: host.config.store.variantBytes,
  };
}

/** Keeps a template's activations in the time that computing them takes. */
export async function runSimulatedPrime(
  { host, masks }: SimulatedParts,
  job: PrimeJob,
  { key, feed, signal }: Pick<SimulatedCall<PrimeNews>, 'key' | 'feed' | 'signal'>,
): Promise<void> {
  requireModel(host, job);
  const variant = variantOf(job);
  const total = job.template.steps ?? host.config.steps;
  const { tokens } = await masks.read({ ...job, mask: { kind: 'none' } }).catch(() => ({ tokens: host.windowTokens }));
  const bytes = host.config.store.variantBytes;
  const tell = (done: number) => feed.push({ kind: 'primed', done, total, variant, bytes });
  if (host.store.tierOf(variant) !== 'none') return tell(total);
  let step = 0;
  const rows = host.rowsOf(tokens);
  const work: SimulatedWork = {
    next: () => ({ maskedTokens: 0, rows: 0, fill: { key: variant, rows }, load: undefined }),
    settle: () => host.store.fill(variant, { step: step++, steps: total }),
  };
  const submission = host.batcher.submit(
    { id: key, tenant: job.tenant, priority: 'batch', maskedTokens: tokens, stepsTotal: total, stepsDone: 0, bytes: 0 },
    work,
    (event) => {
      if (event.kind === 'stepped') tell(event.done);
    },
  );
  if (submission.kind === 'refused') throw leaving();
  requireDone(await outcomeOf(host, { key, signal, outcome: submission.outcome }));
}

async function denoise(
  { host }: SimulatedParts,
  work: EditSteps,
  { job, call }: { readonly job: EditJob; readonly call: SimulatedCall<EditNews> },
): Promise<{ readonly waitedMs: number; readonly preemptions: number }> {
  let [waitedMs, preemptions] = [0, 0];
  const submission = host.batcher.submit(
    {
      id: call.key,
      tenant: job.tenant,
      priority: job.priority,
      deadlineMs: call.deadlineMs - host.finishMs,
      maskedTokens: work.maskedTokens,
      stepsTotal: work.stepsTotal,
      stepsDone: work.stepsDone,
      bytes: 0,
      variant: work.variant,
    },
    work,
    (event) => {
      if (event.kind === 'preempted') preemptions++;
      else call.feed.push(event);
      if (event.kind === 'admitted') waitedMs += event.waitedMs;
    },
  );
  if (submission.kind === 'refused') throw refusal(submission);
  const position = host.batcher.position(call.key);
  call.feed.push({ kind: 'queued', position, predictedMs: host.batcher.predictMs([]) });
  const outcome = await outcomeOf(host, { ...call, outcome: submission.outcome });
  if (outcome.kind === 'left') work.sendCheckpoint();
  requireDone(outcome);
  return { waitedMs, preemptions };
}

interface EditStepsFields {
  readonly job: EditJob;
  readonly facts: MaskFacts;
  readonly variant: string;
  readonly digest: Uint8Array;
  /** Of the whole schedule. */
  readonly firstStep: number;
  readonly steps: number;
  readonly feed: Pick<Feed<EditNews>, 'push'>;
}

/** An edit as it is stepped. All that changes is how many steps are done. */
class EditSteps implements SimulatedWork {
  readonly variant: string;
  readonly stepsTotal: number;
  stepsDone: number;
  readonly #parts: SimulatedParts;
  readonly #fields: EditStepsFields;
  readonly #resumed: number;

  constructor(parts: SimulatedParts, fields: EditStepsFields) {
    this.#parts = parts;
    this.#fields = fields;
    this.variant = fields.variant;
    this.stepsTotal = fields.steps - fields.firstStep;
    this.stepsDone = fields.job.resume === undefined ? 0 : checkedResume(fields, this.stepsTotal);
    this.#resumed = this.stepsDone;
  }

  get isDone(): boolean {
    return this.stepsDone === this.stepsTotal;
  }

  get stepsRun(): number {
    return this.stepsDone - this.#resumed;
  }

  get maskedTokens(): number {
    const { job, facts } = this.#fields;
    return job.isDense ? facts.tokens : facts.maskedTokens;
  }

  next(): DeviceWork {
    const { host, crash } = this.#parts;
    const { job, facts, variant, firstStep } = this.#fields;
    const { poisonPrompt } = host.config;
    if (poisonPrompt !== '' && job.prompt === poisonPrompt) crash();
    const own = { maskedTokens: this.maskedTokens, rows: host.rowsOf(this.maskedTokens) };
    const tier = host.store.tierOf(variant);
    const isFilled = job.isDense || host.store.isFilled(variant, firstStep + this.stepsDone);
    return {
      ...own,
      fill: isFilled ? undefined : { key: variant, rows: host.rowsOf(facts.tokens) },
      load: !job.isDense && tier === 'disk' ? variant : undefined,
    };
  }

  settle(): void {
    const { host } = this.#parts;
    const { job, variant, firstStep, steps } = this.#fields;
    if (!job.isDense) host.store.fill(variant, { step: firstStep + this.stepsDone, steps });
    this.stepsDone++;
    if (this.isDone && !job.isDense && host.store.tierOf(variant) !== 'none') host.store.use(variant);
    if (this.isDone) return;
    if (job.previews > 0 && isPreviewed(this.stepsDone, job.previews, this.stepsTotal)) this.#sendPreview();
    if (job.checkpointEvery > 0 && this.stepsDone % job.checkpointEvery === 0) this.sendCheckpoint();
  }

  sendCheckpoint(): void {
    const { digest, feed } = this.#fields;
    const checkpoint = { stepsDone: this.stepsDone, latents: digestLatents(digest, this.stepsDone) };
    feed.push({ kind: 'checkpoint', checkpoint, fingerprint: this.#parts.host.fingerprint });
  }

  #sendPreview(): void {
    const { digest, feed } = this.#fields;
    feed.push({ kind: 'preview', done: this.stepsDone, picture: digestPicture(digest) });
  }
}

/** Whoever resumes an edit has what this edit, and no other, handed on at this step. */
function checkedResume({ job, digest }: EditStepsFields, stepsTotal: number): number {
  const { stepsDone = 0, latents = new Float32Array(0) } = job.resume ?? {};
  const wanted = digestLatents(digest, stepsDone);
  const isSame = latents.length === wanted.length && latents.every((value, at) => value === wanted[at]);
  if (isSame && stepsDone <= stepsTotal) return stepsDone;
  throw new ServiceError('invalid', 'resume.latents: they are not those of this edit', { field: 'resume.latents' });
}

function isPreviewed(done: number, previews: number, total: number): boolean {
  const every = total / (previews + 1);
  return Math.floor(done / every) > Math.floor((done - 1) / every);
}

function requireModel(host: SimulatedHost, { template: { model } }: Pick<PrimeJob, 'template'>): void {
  if (model === undefined || model === host.config.model) return;
  throw new ServiceError('not-found', `template.model: there is no model ${model} here`, { field: 'template.model' });
}

function cacheOf(host: SimulatedHost, job: EditJob, variant: string) {
  if (job.isDense) return 'CACHE_OUTCOME_DENSE';
  return host.store.tierOf(variant) === 'none' ? 'CACHE_OUTCOME_COLD' : 'CACHE_OUTCOME_WARM';
}

/** The same wherever it is made. */
function variantOf({ tenant, template }: Pick<PrimeJob, 'tenant' | 'template'>): string {
  const { source, steps, guidance, prompt, noiseSeed, keepEvery, model } = template;
  const facts = [template.owner ?? tenant, sourceDigest(source), steps, guidance, prompt, noiseSeed, keepEvery, model];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** How an edit or a priming ends, which is soon once the signal aborts. */
async function outcomeOf(
  host: SimulatedHost,
  {
    key,
    signal,
    outcome,
  }: { readonly key: string; readonly signal: AbortSignal; readonly outcome: Promise<EditOutcome> },
): Promise<EditOutcome> {
  const cancel = () => void host.batcher.cancel(key);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await outcome;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
