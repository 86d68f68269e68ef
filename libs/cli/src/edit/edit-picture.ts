import { getContent } from '@instgenie/blobs';
import { maskedPixels } from '@instgenie/domain';
import { type Engine, gridOf, Template, type TemplateSpec } from '@instgenie/engine';
import { storedTemplate } from '@instgenie/loader';
import { decodePicture, encodePicture } from '@instgenie/pictures';
import type { ActivationStore } from '@instgenie/store';
import type { TemplateRecord } from '@instgenie/templates';
import { type CommandContext, callerPath } from '../command-context.ts';
import { CheckFailed } from '../exit-codes.ts';
import { openEngine } from '../open-engine.ts';
import { openStoreIfFree } from '../open-store.ts';
import { primedBytes, primeTemplate } from '../priming.ts';
import { pictureBytesMax, readPictureFile } from '../read-file.ts';
import { openLibrary, tenant } from '../template/open-library.ts';
import { templateSettings } from '../template/prime-template.ts';
import { writeFiles } from '../write-files.ts';
import { type Answer, answerText, jsonAnswer } from './answer.ts';
import type { EditFlags } from './edit-flags.ts';
import type { EditsDone } from './edits-done.ts';
import { type EditJob, planJob, readInputs } from './inputs.ts';
import { bytesChangedOutside, comparePicture } from './likeness.ts';
import { checkOutputs, type OutputPaths, outputPaths } from './outputs.ts';
import { PreviewFolder } from './previews.ts';
import { type JobResult, type JobRun, runJob, Stopwatch } from './run-job.ts';

/** Reads, edits, writes, answers. Results are written at the end, together. */
export async function editPicture(context: CommandContext, flags: EditFlags): Promise<void> {
  const total = new Stopwatch();
  const image = flags.image === undefined ? undefined : callerPath(context, flags.image);
  const mask = flags.mask === undefined ? undefined : callerPath(context, flags.mask);
  const outputs = outputPaths(callerPath(context, flags.output));
  const { bytes, record } = await readSource(context, { ...flags, image });
  const inputs = await readInputs({ ...flags, image: bytes, mask });
  const written = flags.mode === 'compare' ? [outputs.edited, outputs.dense, outputs.compare] : [outputs.edited];
  await checkOutputs(
    written,
    [image, mask].filter((path) => path !== undefined),
  );
  const previews =
    flags.previews === undefined ? undefined : await PreviewFolder.make(callerPath(context, flags.previews));

  const watch = new Stopwatch();
  await using engine = await openEngine(context, { ...flags, storage: record?.storage ?? flags.storage });
  const loadMs = watch.lap();
  context.signal.throwIfAborted();
  const job = await planJob(inputs, engine.model.defaults.side);
  warnAboutFlags(context, { engine, job, flags });
  await using store = flags.mode === 'dense' ? undefined : await openStoreIfFree(context, flags);
  const done = await runAll({ context, engine, store, record, job, flags, previews });
  const files = await encodeAll(job, done, outputs);
  context.signal.throwIfAborted();
  await writeFiles(files);

  const answer: Answer = {
    ...done,
    job,
    flags,
    loadMs,
    totalMs: total.lap(),
    model: engine.model,
    changedOutside: await countChanges(job, files.get(outputs.edited), outputs),
    outputs: {
      edited: outputs.edited,
      ...(done.dense === undefined ? {} : { dense: outputs.dense, compare: outputs.compare }),
      ...(previews === undefined ? {} : { previews: previews.paths }),
    },
  };
  context.print(flags.json ? JSON.stringify(jsonAnswer(answer)) : answerText(answer));
  const changed = answer.changedOutside ?? 0;
  if (changed > 0) throw new CheckFailed(`${changed} bytes changed outside the mask`);
}

/** The picture's file, and the template's record where one was named. */
async function readSource(context: CommandContext, { image, template, data }: SourceFlags) {
  if (template === undefined) return { bytes: await readPictureFile(image ?? '', 'image'), record: undefined };
  const { blobs, library } = openLibrary(context, { data });
  const record = await library.get(tenant, template);
  return { bytes: await getContent(blobs, record.source.sha256, { bytesMax: pictureBytesMax }), record };
}

interface SourceFlags extends Pick<EditFlags, 'template' | 'data'> {
  readonly image: string | undefined;
}

interface EditWork {
  readonly context: CommandContext;
  readonly engine: Engine;
  readonly store: ActivationStore | undefined;
  /** The template, if one was named. */
  readonly record: TemplateRecord | undefined;
  readonly job: EditJob;
  readonly flags: EditFlags;
  readonly previews: PreviewFolder | undefined;
}

async function runAll(work: EditWork): Promise<EditsDone> {
  const { context, engine, record, job, flags, previews } = work;
  const { defaults } = engine.model;
  const { mode, prompt, seed, strength, keepEvery } = flags;
  const watch = new Stopwatch();
  const own = record === undefined ? { ...defaults, keepEvery } : templateSettings(record, defaults);
  const asked = { steps: flags.steps ?? own.steps, guidance: flags.guidance ?? own.guidance };
  const spec = { ...own, ...asked, picture: job.picture, textRows: defaults.textRows };
  await using prepared = await prepareTemplate(work, spec);
  const { template } = prepared;
  const templateMs = watch.lap();
  const run = (fields: Pick<JobRun, 'label' | 'onPreview'>, isDense: boolean): Promise<JobResult> =>
    runJob(
      engine,
      { ...fields, job, template, spec: { prompt, seed, strength, dense: isDense, keeps: prepared.isKept } },
      context,
    );
  const onPreview =
    previews && (((picture, progress) => previews.write(picture, progress)) satisfies JobRun['onPreview']);

  if (mode === 'dense') {
    const edited = await run({ label: 'dense', onPreview }, true);
    return { template, templateMs, prime: undefined, edited, dense: undefined };
  }
  // The decoder's first run reserves its memory: neither of two edits that are compared should pay for it.
  if (mode === 'compare') await engine.decode(template.state.x0, gridOf(job.picture));
  const prime = mode === 'compare' || flags.warm ? await timedPriming(context, template) : undefined;
  const dense = mode === 'compare' ? await run({ label: 'dense' }, true) : undefined;
  const edited = await run({ label: 'masked', onPreview }, false);
  return { template, templateMs, prime, edited, dense };
}

interface PreparedTemplate extends AsyncDisposable {
  readonly template: Template;
  /** Whether what an edit computes of it is worth keeping. */
  readonly isKept: boolean;
}

/** The template with its activations in the store, or in memory for as long as this edit takes. */
async function prepareTemplate({ context, engine, store }: EditWork, spec: TemplateSpec): Promise<PreparedTemplate> {
  if (store === undefined) {
    const template = await Template.prepare(engine, spec);
    return { template, isKept: false, [Symbol.asyncDispose]: () => template[Symbol.asyncDispose]() };
  }
  const stored = await storedTemplate(engine, store, spec);
  return {
    template: stored.template,
    isKept: true,
    [Symbol.asyncDispose]: async () => {
      const { failure } = stored.keeper;
      if (failure !== undefined) context.progress.note(`note: the activations are not kept: ${failure.message}`);
      await stored[Symbol.asyncDispose]();
    },
  };
}

async function timedPriming(context: CommandContext, template: Template) {
  const watch = new Stopwatch();
  await primeTemplate(context, template);
  return { ms: watch.lap(), bytes: primedBytes(template) };
}

async function encodeAll(
  { source, mask, window }: EditJob,
  { edited, dense }: EditsDone,
  outputs: OutputPaths,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map([[outputs.edited, await encodePicture(edited.picture, outputs.format)]]);
  if (dense === undefined) return files;
  const compared = await comparePicture({ source, mask, window, results: [dense.picture, edited.picture] });
  files.set(outputs.dense, await encodePicture(dense.picture, outputs.format));
  files.set(outputs.compare, await encodePicture(compared, outputs.format));
  return files;
}

/** Counted in the written file, read back; undefined where the format has losses anyway. */
async function countChanges({ source, mask }: EditJob, file: Uint8Array | undefined, { format }: OutputPaths) {
  if (format !== 'png' || file === undefined) return undefined;
  return bytesChangedOutside(source, await decodePicture(file), mask);
}

function warnAboutFlags(
  { progress }: CommandContext,
  { engine, job, flags }: Pick<EditWork, 'engine' | 'job' | 'flags'>,
): void {
  if (maskedPixels(job.mask) === job.mask.bits.length) progress.note('note: the mask covers the whole picture');
  if (flags.warm && flags.mode === 'dense') progress.note('note: dense edits use no template; --warm has no effect');
  if (flags.guidance !== undefined && engine.model.defaults.guidance === 0) {
    progress.note('note: this model takes no guidance; --guidance has no effect');
  }
}
