import { noiseRows } from '@instgenie/diffusion';
import { type Picture, ServiceError } from '@instgenie/domain';
import { type ActivationKind, type ActivationShape, kvKinds, StepActivations } from './activations.ts';
import { type Engine, gridOf } from './engine.ts';
import type { TemplateState } from './inference-protocol.ts';
import { share } from './shared.ts';

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
}

/** A picture that is ready to be edited, and the activations that are kept of it so far. */
export class Template implements AsyncDisposable {
  readonly spec: TemplateSpec;
  readonly state: TemplateState;
  readonly #engine: Engine;
  readonly #kept = new Map<number, StepActivations>();

  private constructor(engine: Engine, spec: TemplateSpec, state: TemplateState) {
    this.#engine = engine;
    this.spec = spec;
    this.state = state;
  }

  /** Encodes picture and prompt and draws the noise. Runs no block. */
  static async prepare(engine: Engine, spec: TemplateSpec): Promise<Template> {
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
    const [x0, text] = await Promise.all([engine.encode(picture), engine.encodeText(spec.prompt ?? '', textRows)]);
    const channels = model.denoiser.latentChannels;
    const state = await engine.addTemplate({
      grid,
      sigmas: share(sigmas),
      x0: share(x0),
      noise: share(noiseRows(tokens, { seed: spec.noiseSeed ?? 0, channels })),
      condition: share(model.condition?.(x0) ?? new Float32Array()),
      conditioning: await engine.condition(text, { sigmas, guidance }),
    });
    return new Template(engine, spec, state);
  }

  get shape(): ActivationShape {
    const { width, blocks } = this.#engine.model.denoiser;
    return { tokens: this.state.tokens, width, blocks: blocks.length, kinds: this.spec.kinds ?? kvKinds };
  }

  /** The activations of a step, if they are kept. */
  activations(step: number): StepActivations | undefined {
    return this.#kept.get(step);
  }

  keep(step: number, activations: StepActivations): void {
    this.#kept.set(step, activations);
  }

  /** Runs the template's own forward for every step that is not kept yet. Can be stopped between steps. */
  async prime({ signal, onStep }: { readonly signal?: AbortSignal; readonly onStep?: (done: number) => void } = {}) {
    for (let step = 0; step < this.spec.steps; step++) {
      signal?.throwIfAborted();
      if (this.#kept.has(step)) continue;
      const capture = new StepActivations(this.shape);
      await this.#engine.step([{ kind: 'prime', template: this.state.id, step, capture }]);
      this.#kept.set(step, capture);
      onStep?.(step + 1);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.releaseTemplate(this.state);
  }
}
