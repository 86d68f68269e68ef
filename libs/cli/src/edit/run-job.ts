import type { Picture } from '@instgenie/domain';
import {
  type CacheOutcome,
  Edit,
  type EditSpec,
  type Engine,
  previewSteps,
  runEdit,
  type Template,
} from '@instgenie/engine';
import { pasteWindow } from '@instgenie/pictures';
import type { CommandContext } from '../command-context.ts';
import type { EditJob } from './inputs.ts';

/** After about a quarter, half and three quarters of the steps. */
const previewsShown = 3;

/** One edit to run: which picture, in which way, and how it is called while it runs. */
export interface JobRun {
  readonly label: string;
  readonly job: EditJob;
  readonly template: Template;
  readonly spec: Omit<EditSpec, 'mask'>;
  /** Called with a whole picture at about a quarter, half and three quarters of the steps. */
  readonly onPreview?: ((picture: Picture, progress: StepsDone) => Promise<void>) | undefined;
}

export interface StepsDone {
  readonly done: number;
  readonly total: number;
}

export interface JobResult {
  /** As large as the source, whose own bytes it has outside the mask. */
  readonly picture: Picture;
  readonly cache: CacheOutcome;
  readonly stepsRun: number;
  /** M: the tokens that the mask touches. */
  readonly maskedTokens: number;
  readonly timings: JobTimings;
}

export interface JobTimings {
  /** The prompt, the masked picture and the noise levels. */
  readonly encodeMs: number;
  /** The steps alone, without previews. */
  readonly denoiseMs: number;
  /** Autoencoder, scaling and paste. */
  readonly decodeMs: number;
}

/** Runs an edit from its prompt to the pasted picture. Stops between steps when the context's signal says so. */
export async function runJob(engine: Engine, run: JobRun, context: CommandContext): Promise<JobResult> {
  const { job, template, spec, label } = run;
  const watch = new Stopwatch();
  await using edit = await Edit.prepare(engine, template, { ...spec, mask: job.windowMask });
  const encodeMs = watch.lap();
  const denoiseMs = await denoise(engine, edit, { ...run, context });
  context.progress.note(`${label}: decoding and pasting`);
  watch.lap();
  const picture = await pasteWindow(job, await edit.decode());
  context.signal.throwIfAborted();
  return {
    picture,
    cache: edit.cache,
    stepsRun: edit.stepsDone,
    maskedTokens: edit.state.rows.length,
    timings: { encodeMs, denoiseMs, decodeMs: watch.lap() },
  };
}

async function denoise(
  engine: Engine,
  edit: Edit,
  { job, label, onPreview, context }: JobRun & { readonly context: CommandContext },
): Promise<number> {
  using bar = context.progress.bar(label, edit.stepsTotal);
  const watch = new Stopwatch();
  let denoiseMs = 0;
  await runEdit(engine, edit, {
    signal: context.signal,
    onStep: ({ done }) => {
      denoiseMs += watch.lap();
      bar.advance(done);
    },
    ...(onPreview === undefined ? {} : { previewSteps: previewSteps(previewsShown, edit.stepsTotal) }),
    onPreview: async (painted, done) => {
      await onPreview?.(await pasteWindow(job, painted), { done, total: edit.stepsTotal });
      watch.lap();
    },
  });
  return denoiseMs;
}

/** Milliseconds from its making, or from the last lap. */
export class Stopwatch {
  #began = performance.now();

  lap(): number {
    const now = performance.now();
    const ms = now - this.#began;
    this.#began = now;
    return ms;
  }
}
