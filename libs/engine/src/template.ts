import { noiseRows } from '@instgenie/diffusion';
import { keptStep, type Picture, ServiceError, keptSteps as stepsKept, type VariantShape } from '@instgenie/domain';
import { type ActivationKind, ActivationLayout, type ActivationShape, kvKinds } from './activation-layout.ts';
import { type Engine, gridOf } from './engine.ts';
import type { TemplateState } from './inference-protocol.ts';
import { PrimeRun } from './prime-run.ts';
import { share } from './shared.ts';
import { MemoryKeeper, type StepKeeper } from './step-keeper.ts';

export interface TemplateSpec {
  /** Sides must be multiples of 16. */
  readonly picture: Picture;
  /** The template's own prompt; usually empty. */
  readonly prompt?: string;
  readonly steps: number;
  readonly guidance: number;
  readonly textRows: number;
  /** Seed of the template's own noise. */
  readonly noiseSeed?: number;
  /** What to keep of each block; keys and values by default. */
  readonly kinds?: readonly ActivationKind[];
  /** Keep every n-th step only, each for the steps up to the next kept one; 1 by default. */
  readonly keepEvery?: number;
}

/** A picture that is ready to be edited, and the activations that are kept of it so far. */
export class Template implements AsyncDisposable {
  readonly spec: TemplateSpec;
  readonly state: TemplateState;
  readonly shape: ActivationShape;
  /** Where its activations are kept: in memory of its own, unless told. */
  readonly keeper: StepKeeper;
  readonly #engine: Engine;
  readonly #keptSteps: readonly number[];

  private constructor(engine: Engine, fields: Pick<Template, 'spec' | 'state' | 'shape' | 'keeper'>) {
    this.#engine = engine;
    this.spec = fields.spec;
    this.state = fields.state;
    this.shape = fields.shape;
    this.keeper = fields.keeper;
    this.#keptSteps = keptSteps(fields.spec);
  }

  /** Encodes picture and prompt and draws the noise. Runs no block. */
  static async prepare(engine: Engine, spec: TemplateSpec, given?: StepKeeper): Promise<Template> {
    const { model } = engine;
    const { picture, steps, guidance, textRows } = spec;
    if (!Number.isInteger(textRows) || textRows < 2) {
      throw new ServiceError('invalid', `textRows must be a whole number from 2 on, got ${textRows}`, {
        field: 'textRows',
      });
    }
    const grid = gridOf(picture);
    const tokens = grid.rows * grid.columns;
    const sigmas = model.sigmas({ steps, tokens });
    const shape = activationShape(engine, spec);
    const keeper = given ?? new MemoryKeeper(shape);
    const [x0, text] = await Promise.all([
      keeper.encoded('picture', () => engine.encode(picture)),
      engine.encodeText(spec.prompt ?? '', textRows),
    ]);
    const channels = model.denoiser.latentChannels;
    const state = await engine.addTemplate({
      grid,
      sigmas: share(sigmas),
      x0: share(x0),
      noise: share(noiseRows(tokens, { seed: spec.noiseSeed ?? 0, channels })),
      condition: share(model.condition?.(x0) ?? new Float32Array()),
      conditioning: await engine.condition(text, { sigmas, guidance }),
    });
    return new Template(engine, { spec, state, shape, keeper });
  }

  /** The step whose activations serve `step`. */
  keptStep(step: number): number {
    return keptStep({ steps: this.#keptSteps }, step);
  }

  /** The steps whose activations are kept. */
  get keptSteps(): readonly number[] {
    return this.#keptSteps;
  }

  /** Runs the template's own forward for every kept step that is not there yet. Can be stopped between steps. */
  async prime({ signal, onStep }: { readonly signal?: AbortSignal; readonly onStep?: (done: number) => void } = {}) {
    using run = new PrimeRun(this);
    while (run.stepsDone < run.stepsTotal) {
      signal?.throwIfAborted();
      const item = run.nextItem();
      if (item !== undefined) await this.#engine.step([item]);
      await run.settle();
      onStep?.(run.stepsDone);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.releaseTemplate(this.state);
  }
}

/** The steps whose activations are kept. Throws `invalid` for a count or a distance that is not a whole number from 1 on. */
export function keptSteps({ steps, keepEvery = 1 }: Pick<TemplateSpec, 'steps' | 'keepEvery'>): readonly number[] {
  if (!Number.isInteger(keepEvery) || keepEvery < 1) {
    throw new ServiceError('invalid', `keepEvery must be a whole number from 1 on, got ${keepEvery}`, {
      field: 'keepEvery',
    });
  }
  if (!Number.isInteger(steps) || steps < 1) {
    throw new ServiceError('invalid', `steps must be a whole number from 1 on, got ${steps}`, { field: 'steps' });
  }
  return stepsKept(steps, keepEvery);
}

/** What is kept of one step of a template, before anything of it is computed. Throws `invalid` for a bad size. */
export function activationShape(
  { model: { denoiser } }: Pick<Engine, 'model'>,
  { picture, kinds = kvKinds }: Pick<TemplateSpec, 'kinds'> & { readonly picture: Pick<Picture, 'width' | 'height'> },
): ActivationShape {
  const { rows, columns } = gridOf(picture);
  const { width, heads, blocks, storage } = denoiser;
  return { tokens: rows * columns, width, heads, blocks: blocks.length, kinds, storage };
}

/** How a variant of a template is cut into kept steps and chunks. */
export function variantShape(engine: Pick<Engine, 'model'>, spec: TemplateSpec): VariantShape {
  const { chunkBytes } = new ActivationLayout(activationShape(engine, spec));
  return { steps: keptSteps(spec), chunkBytes };
}
