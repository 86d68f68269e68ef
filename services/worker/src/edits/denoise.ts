import { type Edit, previewSteps } from '@instgenie/engine';
import type { ModelHost } from '../models/model-host.ts';
import type { OpenPicture } from '../stages/picture-desk.ts';
import type { EditCall } from './edit-call.ts';
import type { EditJob } from './edit-job.ts';
import { EditWork } from './edit-work.ts';
import type { PhaseTimes } from './phase-times.ts';
import { refusal, requireDone } from './refusals.ts';

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
export async function denoise(fields: Denoising): Promise<number> {
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
  // One for each time that it waits.
  let queue: ReturnType<PhaseTimes['begin']> | undefined = times.begin('queue');
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
        queue?.end();
        queue = undefined;
        denoising ??= times.begin('denoise');
        denoising.resume();
        work.trace = denoising.span.spanContext();
        feed.push({ kind: 'admitted', waitedMs: event.waitedMs });
      } else if (event.kind === 'preempted') {
        preemptions++;
        denoising?.pause();
        queue = times.begin('queue');
      } else feed.push(event);
    },
  );
  fields.company[Symbol.dispose]();
  if (submission.kind === 'refused') {
    queue?.end();
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
    queue?.end();
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
      const file = await picture.finish({ painted, format: 'webp', isMarked: false, size: undefined }, { signal });
      call.feed.push({ kind: 'preview', done, picture: file });
    } catch {
      // An edit is not worse for a preview that nobody saw.
    }
  }
}
