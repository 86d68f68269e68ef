import { createHash } from 'node:crypto';
import { noiseRow } from '@instgenie/diffusion';
import {
  type Mask,
  type Mode,
  maskedRows,
  type Picture,
  type Plan,
  ServiceError,
  uniformPlan,
} from '@instgenie/domain';
import { type Engine, gridOf } from './engine.ts';
import type { ActivationSource, EditItem, EditState, StepReport } from './inference-protocol.ts';
import { share, sharedFloats } from './shared.ts';
import type { LentStep } from './step-keeper.ts';
import type { Template } from './template.ts';

const { fround } = Math;

export interface EditSpec {
  /** As large as the template's picture. */
  readonly mask: Mask;
  readonly prompt: string;
  /** Seed of the noise inside the mask, or the template's own noise. */
  readonly seed: number | 'template';
  /** In (0, 1]: below 1 the edit starts later in the schedule, from the noised source. */
  readonly strength?: number;
  /** Compute every row with the edit's own condition: the reference for quality. */
  readonly dense?: boolean;
  /** A mode for each step and block; `kv` everywhere by default. */
  readonly plan?: Plan;
  /** Whether a cold template keeps what this edit computes of it; true unless told. */
  readonly keeps?: boolean;
}

/** An edit between two steps: with its spec, all that is needed to go on with it elsewhere. */
export interface EditCheckpoint {
  readonly stepsDone: number;
  /** Of rows M in their order, [rows, latentChannels]. */
  readonly latents: Float32Array;
}

/** Where the activations of an edit's steps came from. */
export type CacheOutcome = 'dense' | 'cold' | 'partial' | 'warm';

/**
 * An edit between its start and its end: it is stepped from outside, alone or in a batch with others, and its whole
 * changing state is `state.latents` and `stepsDone`.
 */
export class Edit implements AsyncDisposable {
  readonly template: Template;
  readonly spec: EditSpec;
  readonly state: EditState;
  readonly plan: Plan;
  /** First step of the schedule that is run. */
  readonly firstStep: number;
  readonly #engine: Engine;
  #stepsDone = 0;
  #stepsRun = 0;
  #stepsWarm = 0;
  readonly #chunks = { memory: 0, disk: 0, peer: 0, missed: 0 };
  /** What the running step reads, and what it fills; given back when it is settled. */
  #read: LentStep | undefined;
  #filled: LentStep | undefined;
  /** What the step after it will read. */
  #ahead: LentStep | undefined;

  private constructor(engine: Engine, fields: Pick<Edit, 'template' | 'spec' | 'state' | 'plan' | 'firstStep'>) {
    this.#engine = engine;
    this.template = fields.template;
    this.spec = fields.spec;
    this.state = fields.state;
    this.plan = fields.plan;
    this.firstStep = fields.firstStep;
  }

  /**
   * Encodes prompt and masked picture and draws the noise, while what its first step reads is loaded. Throws `invalid` for
   * an empty mask or one of another size.
   */
  static async prepare(engine: Engine, template: Template, spec: EditSpec): Promise<Edit> {
    const { model } = engine;
    const { picture, steps } = template.spec;
    const { mask } = spec;
    if (mask.width !== picture.width || mask.height !== picture.height) {
      throw new ServiceError(
        'invalid',
        `mask: ${mask.width} x ${mask.height} pixels, but the image has ${picture.width} x ${picture.height}`,
        { field: 'mask' },
      );
    }
    const firstStep = model.firstStep(steps, spec.strength ?? 1);
    const blocks = model.denoiser.blocks.length;
    const plan = spec.plan ?? uniformPlan(spec.dense === true ? 'full' : 'kv', { steps, blocks });
    const ahead = borrowAhead(template, { plan, step: firstStep });
    try {
      const state = await editState(engine, template, { spec, firstStep });
      const edit = new Edit(engine, { template, spec, state, plan, firstStep });
      edit.#ahead = ahead;
      return edit;
    } catch (thrown) {
      ahead?.release();
      throw thrown;
    }
  }

  get stepsTotal(): number {
    return this.template.spec.steps - this.firstStep;
  }

  get stepsDone(): number {
    return this.#stepsDone;
  }

  get cache(): CacheOutcome {
    if (this.spec.dense === true) return 'dense';
    if (this.#stepsWarm === this.#stepsRun) return 'warm';
    return this.#stepsWarm === 0 ? 'cold' : 'partial';
  }

  /** Chunks that its steps asked for, by where they were; `missed`: nowhere, so that blocks were computed. */
  get chunks(): Readonly<Record<'memory' | 'disk' | 'peer' | 'missed', number>> {
    return { ...this.#chunks };
  }

  /** Steps that were run here: not those of before a checkpoint. */
  get stepsRun(): number {
    return this.#stepsRun;
  }

  /** All of its changing state, between steps. */
  checkpoint(): EditCheckpoint {
    const { rows, latents } = this.state;
    const channels = this.#channels;
    const kept = new Float32Array(rows.length * channels);
    for (const [index, row] of rows.entries()) {
      kept.set(latents.subarray(row * channels, (row + 1) * channels), index * channels);
    }
    return { stepsDone: this.#stepsDone, latents: kept };
  }

  /**
   * Goes on from a checkpoint of an edit of the same template and spec, between steps. On engines of one fingerprint the
   * result has the bytes of an edit that was never interrupted. Throws `invalid` for one that cannot be of such an edit.
   */
  restore({ stepsDone, latents }: EditCheckpoint): void {
    const { rows } = this.state;
    const channels = this.#channels;
    if (!Number.isInteger(stepsDone) || stepsDone < 0 || stepsDone > this.stepsTotal) {
      throw new ServiceError('invalid', `checkpoint: step ${stepsDone} is none of ${this.stepsTotal}`, {
        field: 'checkpoint',
      });
    }
    if (latents.length !== rows.length * channels) {
      throw new ServiceError('invalid', `checkpoint: ${latents.length} latents, but the mask has ${rows.length} rows`, {
        field: 'checkpoint',
      });
    }
    this.#ahead?.release();
    this.#ahead = undefined;
    this.#stepsDone = stepsDone;
    for (const [index, row] of rows.entries()) {
      this.state.latents.set(latents.subarray(index * channels, (index + 1) * channels), row * channels);
    }
  }

  /** What the next step runs. Filling a cold template keeps what it computes. To be settled before the next one. */
  nextItem(preview?: Float32Array): EditItem {
    const step = this.firstStep + this.#stepsDone;
    const modes = this.plan[step] ?? [];
    return {
      kind: 'edit',
      edit: this.state.id,
      step,
      modes,
      source: this.#source(step, modes),
      ...(preview === undefined ? {} : { preview }),
    };
  }

  /** Asks for what the step after the running one will read, so that it is loaded meanwhile. */
  lookAhead(): void {
    this.#ahead ??= borrowAhead(this.template, { plan: this.plan, step: this.firstStep + this.#stepsDone + 1 });
  }

  /** Counts the step of `item` as done. Settles when the template has taken over what was computed of it. */
  async settle({ source }: EditItem, report?: Pick<StepReport, 'blocksRecomputed'>): Promise<void> {
    this.#stepsDone++;
    this.#stepsRun++;
    if (source.kind === 'none' || (source.kind === 'stored' && (report?.blocksRecomputed ?? 0) === 0)) {
      this.#stepsWarm++;
    }
    const filled = this.#filled;
    this.#filled = undefined;
    this.#release();
    if (filled === undefined || source.kind !== 'template') return;
    try {
      await this.template.keeper.keep(source.kept, filled);
    } finally {
      filled.release();
    }
  }

  /** The picture that rows M make with the source around them, before pasting. */
  decode(latents: Float32Array = this.state.latents): Promise<Picture> {
    return this.#engine.decode(latents, gridOf(this.template.spec.picture));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#release();
    this.#filled?.release();
    this.#ahead?.release();
    await this.#engine.releaseEdit(this.state);
  }

  #source(step: number, modes: readonly Mode[]): ActivationSource {
    if (isAllFull(modes)) return { kind: 'none' };
    const { keeper } = this.template;
    const kept = this.template.keptStep(step);
    this.#read = this.#ahead ?? keeper.borrow(kept, modes);
    this.#ahead = undefined;
    if (this.#read !== undefined) {
      const { activations, deadlineMs, found } = this.#read;
      for (const tier of ['memory', 'disk', 'peer'] as const) this.#chunks[tier] += found?.[tier] ?? 0;
      const patience = deadlineMs === undefined ? {} : { deadlineMs };
      return { kind: 'stored', kept, step: activations.shared(), ...patience };
    }
    this.#chunks.missed += modes.filter((mode) => mode !== 'full').length;
    this.#filled = this.spec.keeps === false ? undefined : keeper.room(kept);
    if (this.#filled === undefined) return { kind: 'template', kept };
    return { kind: 'template', kept, capture: this.#filled.activations.shared() };
  }

  get #channels(): number {
    return this.state.latents.length / this.template.state.tokens;
  }

  #release(): void {
    this.#read?.release();
    this.#read = undefined;
  }
}

/** Asks for what a step will read; undefined for a step that reads nothing, or for what is not kept. */
function borrowAhead(
  template: Template,
  { plan, step }: { readonly plan: Plan; readonly step: number },
): LentStep | undefined {
  const modes = plan[step];
  if (modes === undefined || isAllFull(modes)) return undefined;
  return template.keeper.borrow(template.keptStep(step), modes);
}

async function editState(
  engine: Engine,
  template: Template,
  { spec, firstStep }: { readonly spec: EditSpec; readonly firstStep: number },
): Promise<EditState> {
  const { picture, guidance, textRows } = template.spec;
  const { mask } = spec;
  const rows = maskedRows(mask);
  const [text, condition] = await Promise.all([
    engine.encodeText(spec.prompt, textRows),
    engine.maskedCondition(picture, mask, (encode) => template.keeper.encoded(maskedName(mask), encode)),
  ]);
  const { sigmas } = template.state;
  const conditioning = await engine.condition(text, { sigmas, guidance });
  return await engine.addEdit({
    template: template.state.id,
    rows,
    latents: startLatents(template, { rows, seed: spec.seed, sigma: sigmas[firstStep] ?? 1 }),
    condition: share(condition),
    conditioning,
    dense: spec.dense ?? false,
  });
}

/**
 * Bytes that an edit takes beside its template, before it is prepared: latents, condition, and what the blocks need of
 * its prompt.
 */
export function editBytes(
  { model: { denoiser } }: Pick<Engine, 'model'>,
  { tokens, steps, textRows }: { readonly tokens: number; readonly steps: number; readonly textRows: number },
): number {
  const { latentChannels, conditionChannels, width, modulationChannels } = denoiser;
  const modulations = [...modulationChannels.values()].reduce((sum, channels) => sum + channels, 0);
  const image = tokens * (latentChannels + conditionChannels);
  return 4 * (image + textRows * width + Math.max(2, steps) * (modulations + width));
}

/** Names what the encoder makes of the picture without what is masked. */
function maskedName({ bits }: Mask): string {
  return `masked ${createHash('sha256').update(bits).digest('hex')}`;
}

function isAllFull(modes: readonly Mode[]): boolean {
  return modes.every((mode) => mode === 'full');
}

export interface EditRun {
  readonly signal?: AbortSignal;
  readonly onStep?: (progress: { readonly done: number; readonly total: number; readonly report: StepReport }) => void;
  /** Steps (counted from 1) after which `onPreview` gets the predicted result. */
  readonly previewSteps?: readonly number[];
  readonly onPreview?: (picture: Picture, done: number) => void | Promise<void>;
}

/** Steps after which `count` previews are shown, evenly spread; fewer where there are few steps, never the last. */
export function previewSteps(count: number, total: number): readonly number[] {
  const wanted = Array.from({ length: count }, (_, index) => Math.round(((index + 1) * total) / (count + 1)));
  return [...new Set(wanted)].filter((step) => step > 0 && step < total);
}

/** Runs an edit alone to its end. Can be stopped between steps. */
export async function runEdit(engine: Engine, edit: Edit, { signal, onStep, previewSteps, onPreview }: EditRun = {}) {
  while (edit.stepsDone < edit.stepsTotal) {
    signal?.throwIfAborted();
    const isShown = onPreview !== undefined && previewSteps?.includes(edit.stepsDone + 1) === true;
    const item = edit.nextItem(isShown ? sharedFloats(edit.state.latents.length) : undefined);
    edit.lookAhead();
    const report = await engine.step([item]);
    await edit.settle(item, report);
    onStep?.({ done: edit.stepsDone, total: edit.stepsTotal, report });
    if (item.preview !== undefined) await onPreview?.(await edit.decode(item.preview), edit.stepsDone);
  }
}

/** x0 everywhere but in M, where it is noised to `sigma`; at sigma 1 rows M are noise alone. */
function startLatents(
  { state: { x0, noise, tokens } }: Template,
  { rows, seed, sigma }: { readonly rows: Int32Array; readonly seed: number | 'template'; readonly sigma: number },
): Float32Array {
  const latents = share(x0);
  const channels = x0.length / tokens;
  const row = new Float32Array(channels);
  for (const token of rows) {
    const at = token * channels;
    if (seed === 'template') row.set(noise.subarray(at, at + channels));
    else noiseRow(row, token, { seed, channels });
    for (const [channel, value] of row.entries()) {
      latents[at + channel] = fround(fround(1 - sigma) * (x0[at + channel] ?? 0)) + fround(sigma * value);
    }
  }
  return latents;
}
