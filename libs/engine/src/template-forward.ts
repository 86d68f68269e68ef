import assert from 'node:assert/strict';
import type { Denoiser } from '@instgenie/diffusion';
import { type Mode, needsHidden } from '@instgenie/domain';
import { ActivationLayout, type ActivationShape, allKinds } from './activation-layout.ts';
import { StepActivations } from './activations.ts';
import type { RunningForward } from './block-source.ts';
import type { StepItem, TemplateState } from './inference-protocol.ts';
import { templateInput } from './row-inputs.ts';
import { Track, type TrackContext, type TrackRequest } from './track.ts';

/** A template's own forward at a kept step, run once for all items that need it, and only as far as they do. */
export class TemplateForward implements RunningForward {
  /** What it writes and the edits read. */
  readonly activations: StepActivations;
  readonly #track: Track;
  readonly #copies: readonly StepActivations[];
  readonly #blocks: number;
  /** Blocks that were run; -1 before the rows are embedded. */
  #done = -1;

  constructor(
    context: TrackContext,
    {
      template,
      kept,
      users,
      index,
    }: {
      readonly template: TemplateState;
      readonly kept: number;
      /** Every item of the step that may read it or keeps what it writes. */
      readonly users: readonly StepItem[];
      /** Tells the forwards of a step apart. */
      readonly index: number;
    },
  ) {
    const captures = capturesOf(users);
    const [only] = captures;
    // Written straight to where it is kept, unless several keep it or an edit needs more of it than is kept.
    const isDirect =
      captures.length === 1 &&
      (only?.has('hidden') === true || !users.some((user) => user.kind === 'edit' && needsHidden(user.modes)));
    this.activations = isDirect && only !== undefined ? only : scratch(context, template, index);
    this.#copies = isDirect ? [] : captures;
    this.#blocks = context.denoiser.blocks.length;
    const request = forwardRequest({ template, kept, activations: this.activations, denoiser: context.denoiser });
    this.#track = new Track(context, [request], `forward${index}`);
  }

  async reach(block: number): Promise<void> {
    if (this.#done < 0) {
      await this.#track.embed();
      this.#done = 0;
    }
    while (this.#done <= block) await this.#track.block(this.#done++);
  }

  /** Runs what is left, so that everything that is kept is there. */
  async finish(): Promise<void> {
    await this.reach(this.#blocks - 1);
    for (const copy of this.#copies) copy.copyFrom(this.activations);
  }

  /** After the end: the velocity of every row [tokens, latentChannels]. */
  async velocity(): Promise<Float32Array> {
    const [velocity] = await this.#track.velocities();
    assert(velocity !== undefined);
    return velocity;
  }
}

function capturesOf(items: readonly StepItem[]): readonly StepActivations[] {
  const captures = items.flatMap((item) => {
    if (item.kind === 'prime') return [item.capture];
    return item.source.kind === 'template' && item.source.capture !== undefined ? [item.source.capture] : [];
  });
  return captures.map((capture) => StepActivations.of(capture));
}

/** Memory of all kinds of activations, valid for this step. */
function scratch({ denoiser, buffers }: TrackContext, { tokens }: TemplateState, index: number): StepActivations {
  const { width, heads, blocks, storage } = denoiser;
  const shape: ActivationShape = { tokens, width, heads, blocks: blocks.length, kinds: allKinds, storage };
  const floats = new ActivationLayout(shape).bytes / Float32Array.BYTES_PER_ELEMENT;
  return StepActivations.inOnePiece(shape, buffers.take(`scratch${index}`, floats).buffer);
}

/** Teacher forced: every row (1 - s) x0 + s n, with the template's prompt and no mask. */
function forwardRequest({
  template,
  kept,
  activations,
  denoiser,
}: {
  readonly template: TemplateState;
  readonly kept: number;
  readonly activations: StepActivations;
  readonly denoiser: Denoiser;
}): TrackRequest {
  return {
    id: `template ${template.id}`,
    tokens: template.tokens,
    textRows: template.conditioning.textRows,
    rows: Int32Array.from({ length: template.tokens }, (_, token) => token),
    step: kept,
    modes: denoiser.blocks.map((): Mode => 'full'),
    conditioning: template.conditioning,
    rotary: template.rotary,
    input: templateInput({ template, step: kept, condition: template.condition, denoiser }),
    source: undefined,
    capture: activations,
  };
}
