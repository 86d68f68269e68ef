import { type Clock, ServiceError, type Size, type VariantKey } from '@instgenie/domain';
import { type CacheOutcome, Edit, editBytes, gridOf } from '@instgenie/engine';
import type { StoredTemplate } from '@instgenie/loader';
import type { Tracing } from '@instgenie/telemetry';
import type { ModelHost } from '../models/model-host.ts';
import type { ModelPool } from '../models/model-pool.ts';
import type { ShelfLoan, ShelfSpec } from '../models/template-shelf.ts';
import type { OpenPicture, PictureDesk } from '../stages/picture-desk.ts';
import { denoise } from './denoise.ts';
import type { EditCall } from './edit-call.ts';
import type { EditJob, PrimeJob } from './edit-job.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { PhaseTimes } from './phase-times.ts';
import { planOf } from './plan-of.ts';
import type { PrimingLeads } from './priming-lead.ts';
import { requireTime } from './refusals.ts';

/** What edits share on a worker. */
export interface FlowParts {
  readonly clock: Clock;
  readonly tracing: Tracing;
  readonly pool: ModelPool;
  readonly pictures: PictureDesk;
  readonly memory: MemoryBudget;
  readonly leads: PrimingLeads;
  readonly saltOf: (tenant: string) => string;
  /** What a variant takes on the own disk, bytes; 0 where not all of it is kept. */
  readonly keptBytes: (key: VariantKey) => number;
  /** Whether a peer that was found keeps all of it. */
  readonly isAtPeers: (key: VariantKey) => boolean;
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
  readonly totalMs: number;
  readonly fingerprint: string;
  readonly isMixed: boolean;
  readonly variant: string;
  /** What that takes on the own disk; 0 where it is not kept. */
  readonly variantBytes: number;
  readonly preemptions: number;
  readonly model: string;
}

/** Runs an edit from its request to the file of its result: every stage in its own line, the steps in the batch. */
export async function runEdit(parts: FlowParts, job: EditJob, call: EditCall): Promise<EditDone> {
  const { pool, pictures, memory, clock } = parts;
  const times = new PhaseTimes(clock, parts.tracing.edits, call.span);
  using lease = await pool.take(job.template.model);
  const { host } = lease;
  const forecast = host.edits.forecast(job.template.steps ?? host.engine.model.defaults.steps);
  requireTime(call, clock.now() + host.edits.safeMs(forecast));
  using entry = host.edits.enter(forecast);
  using picture = await times.run('decode', () => readPicture(pictures, host, job, call.signal));
  const spec = templateSpec(host, job, { salt: parts.saltOf(ownerOf(job)), picture });
  const { rows, columns } = gridOf(spec.picture);
  const tokens = rows * columns;
  using held = new DisposableStack();
  held.use(memory.take(picture.bytes + editBytes(host.engine, { ...spec, tokens }), host.stage.predictedMs));
  const variant = host.shelf.keyOf(spec);
  using company = host.batcher.expect(variant);
  await using loan = await times.run('template', () => takeTemplate(host, { key: variant, spec, signal: call.signal }));
  if (job.mustBeWarm && parts.keptBytes(variant) === 0 && !parts.isAtPeers(variant)) {
    const text = 'template: its activations are not kept here, and the edit says that they must be; prime it first';
    throw new ServiceError('not-found', text, { field: 'require_warm' });
  }
  requireTime(call, clock.now() + host.finishMs);
  await using edit = await times.run('encode', () =>
    host.stage.run(() => prepareEdit(host, loan.stored, { job, picture }), { signal: call.signal }),
  );
  const maskedTokens = edit.state.rows.length;
  entry.encoded(maskedTokens);
  if (job.resume !== undefined) edit.restore(job.resume);
  const preemptions =
    edit.stepsDone === edit.stepsTotal ? 0 : await denoise({ host, edit, job, call, picture, times, variant, company });
  const file = await times.run('finish', async () => {
    const painted = await host.stage.run(() => edit.decode(), { signal: call.signal, isUrgent: true });
    const { format, isMarked, size } = job;
    return await picture.finish({ painted, format, isMarked, size }, { signal: call.signal });
  });
  entry.done();
  return {
    picture: file,
    ...sizeOf(job.size ?? picture),
    maskedTokens,
    tokens,
    stepsRun: edit.stepsRun,
    cache: edit.cache,
    chunks: edit.chunks,
    times,
    totalMs: times.totalMs,
    fingerprint: host.fingerprint,
    isMixed: job.resume !== undefined && job.resume.fingerprint !== host.fingerprint,
    variant,
    variantBytes: parts.keptBytes(variant),
    preemptions,
    model: host.settings.name,
  };
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
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

/** Whose activations an edit or a priming uses. */
export function ownerOf({ template, tenant }: Pick<EditJob, 'template' | 'tenant'>): string {
  return template.owner ?? tenant;
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
  stored: StoredTemplate,
  { job, picture }: { readonly job: EditJob; readonly picture: OpenPicture },
): Promise<Edit> {
  const { prompt, seed, strength } = job;
  const { windowMask: mask } = picture;
  // Nothing of the template's could be used.
  const dense = job.isDense || picture.isWhole;
  const plan = dense ? undefined : planOf(host, stored, mask);
  const spec = { mask, prompt, seed, strength, dense, ...(plan === undefined ? {} : { plan }) };
  return Edit.prepare(host.engine, stored.template, spec);
}
