import { type Edit, type EditCheckpoint, type EditItem, type StepReport, sharedFloats } from '@instgenie/engine';
import type { SteppedWork } from '../batching/engine-executor.ts';

/** What is stepped on a worker, with what is counted of it. */
export interface HostWork extends SteppedWork {
  /** Multiplications and additions of its next step. */
  readonly flops: number;
  /** Links the steps that it takes part in to it. */
  readonly trace: { readonly traceId: string; readonly spanId: string; readonly traceFlags: number } | undefined;
}

export interface EditWorkFields extends Pick<HostWork, 'flops'> {
  readonly edit: Edit;
  readonly previewSteps: readonly number[];
  readonly checkpointEvery: number;
  readonly onPreview: (latents: Float32Array, done: number) => void;
  readonly onCheckpoint: (checkpoint: EditCheckpoint) => void;
}

/** An edit as it is stepped: previews and checkpoints fall off at their steps. */
export class EditWork implements HostWork {
  readonly #fields: EditWorkFields;
  trace: HostWork['trace'];
  /** Waiting for loads, in steps that it took part in, ms. */
  stallMs = 0;
  blocksRecomputed = 0;

  constructor(fields: EditWorkFields) {
    this.#fields = fields;
  }

  get flops(): number {
    return this.#fields.flops;
  }

  nextItem(): EditItem {
    const { edit, previewSteps } = this.#fields;
    const isShown = previewSteps.includes(edit.stepsDone + 1);
    return edit.nextItem(isShown ? sharedFloats(edit.state.latents.length) : undefined);
  }

  lookAhead(): void {
    this.#fields.edit.lookAhead();
  }

  async settle(item: EditItem, report: StepReport): Promise<void> {
    const { edit, checkpointEvery, onPreview, onCheckpoint } = this.#fields;
    await edit.settle(item, report);
    this.stallMs += report.waitMs;
    this.blocksRecomputed += report.blocksRecomputed;
    if (item.preview !== undefined) onPreview(item.preview, edit.stepsDone);
    const isDue = checkpointEvery > 0 && edit.stepsDone % checkpointEvery === 0 && edit.stepsDone < edit.stepsTotal;
    if (isDue) onCheckpoint(edit.checkpoint());
  }
}
