import assert from 'node:assert/strict';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { type Denoiser, type DiffusionModel, type Grid, openModel } from '@instgenie/diffusion';
import { type Mask, type Picture, picture, ServiceError, type StorageType, tokenSide } from '@instgenie/domain';
import { ThreadClient } from '@instgenie/threads';
import { engineFingerprint } from './fingerprint.ts';
import { writeGraphs } from './graph-files.ts';
import { allowedProcessors, helperAffinity } from './helper-affinity.ts';
import type {
  Conditioning,
  EditState,
  GraphFile,
  SharedRotary,
  StepItem,
  StepReport,
  TemplateState,
} from './inference-protocol.ts';
import type { InferenceSetup } from './inference-thread.ts';
import type { Provider } from './sessions.ts';
import { share } from './shared.ts';
import type { ConditionCall, DecodeCall, PictureCall, StageSetup, TextEncoding } from './stage-thread.ts';

export interface EngineOptions {
  /** A diffusers folder; only read. */
  readonly folder: string;
  /** Where graphs and mapped weights are kept: `instgenie/models` of the user's cache folder by default. */
  readonly cache?: string;
  readonly provider?: Provider;
  /** Threads of one kernel; the machine's cores by default. */
  readonly threads?: number;
  /** How activations are stored, in memory and on disk; fp32 by default. */
  readonly storage?: StorageType;
  readonly signal?: AbortSignal;
}

/** What a template is made of, besides its grid: arrays of every token. */
export type TemplateParts = Omit<TemplateState, 'id' | 'tokens' | 'rotary'> & { readonly grid: Grid };
export type EditParts = Omit<EditState, 'id'>;

interface EngineFields {
  readonly model: DiffusionModel;
  readonly fingerprint: string;
  readonly inference: ThreadClient;
  readonly stages: ThreadClient;
}

/**
 * Runs one model. Denoising steps run in an inference thread that owns the blocks' sessions; text, autoencoder and
 * conditioning in a stage thread beside it. Arrays are shared with both, never copied.
 */
export class Engine implements AsyncDisposable {
  readonly model: DiffusionModel;
  /** Engines of one model and fingerprint compute the same bytes. */
  readonly fingerprint: string;
  readonly #inference: ThreadClient;
  readonly #stages: ThreadClient;
  readonly #rotary = new Map<string, SharedRotary>();
  #nextId = 0;

  private constructor({ model, fingerprint, inference, stages }: EngineFields) {
    this.model = model;
    this.fingerprint = fingerprint;
    this.#inference = inference;
    this.#stages = stages;
  }

  /** Throws `not-found`, `invalid` or `unsupported` for the folder, `unsupported` for a provider that is missing. */
  static async open({ folder, cache = defaultCache(), signal, ...options }: EngineOptions): Promise<Engine> {
    const threads = options.threads ?? availableParallelism();
    const settings = {
      provider: options.provider ?? 'cpu',
      threads,
      helperAffinity: helperAffinity(threads, await allowedProcessors()),
    };
    const model = await openModel(folder, { storage: options.storage ?? 'fp32', signal });
    const { denoiser, stages } = model;
    const { files } = await writeGraphs(model, cache, signal);
    const inStep = new Set(stepGraphs(denoiser));
    const graphs = (isInStep: boolean): readonly GraphFile[] =>
      [...files.values()].filter(({ name }) => inStep.has(name) === isInStep);
    const inSteps = { ...settings, hasArena: false };
    const around = { ...settings, hasArena: true };
    const inference: InferenceSetup = { denoiser, graphs: graphs(true), settings: inSteps };
    const stage: StageSetup = { denoiser, stages, graphs: graphs(false), settings: around };
    const engine = new Engine({
      model,
      fingerprint: await engineFingerprint(settings),
      inference: new ThreadClient(new URL('./inference-thread.ts', import.meta.url), inference),
      stages: new ThreadClient(new URL('./stage-thread.ts', import.meta.url), stage),
    });
    try {
      await Promise.all([engine.#inference.call('load', undefined), engine.#stages.call('load', undefined)]);
    } catch (thrown) {
      await engine[Symbol.asyncDispose]();
      throw thrown;
    }
    return engine;
  }

  /** Throws `invalid` for a prompt above the tokenizers' limit. */
  encodeText(prompt: string, textRows: number): Promise<TextEncoding> {
    return this.#stages.call('encodeText', this.model.textIds(prompt, textRows));
  }

  /** What the blocks need of a prompt, for every noise level of a run but the last (0). */
  condition(
    text: TextEncoding,
    { sigmas, guidance }: { readonly sigmas: Float32Array; readonly guidance: number },
  ): Promise<Conditioning> {
    const levels = sigmas.subarray(0, -1);
    const inputs = this.model.conditionerInputs({ sigmas: levels, guidance });
    const call: ConditionCall = { text, inputs, levels: levels.length };
    return this.#stages.call('condition', call);
  }

  /** Packed normalised latents [tokens, latentChannels]; sides must be multiples of 16. Masked pixels become grey. */
  encode(source: Picture, mask?: Mask): Promise<Float32Array> {
    gridOf(source);
    const call: PictureCall = { source, mask };
    return this.#stages.call('encode', call);
  }

  /**
   * Condition rows of a masked picture [tokens, conditionChannels]; empty for models that take none. `keep` may bring
   * what the encoder would make from where it is kept.
   */
  async maskedCondition(
    source: Picture,
    mask: Mask,
    keep: (encode: () => Promise<Float32Array>) => Promise<Float32Array> = (encode) => encode(),
  ): Promise<Float32Array> {
    const { condition } = this.model;
    if (condition === undefined) return new Float32Array();
    return condition(await keep(() => this.encode(source, mask)), mask);
  }

  async decode(latents: Float32Array, grid: Grid): Promise<Picture> {
    const call: DecodeCall = { latents, grid };
    const data = await this.#stages.call<Uint8Array>('decode', call);
    return picture({ width: grid.columns * tokenSide, height: grid.rows * tokenSide, channels: 3, data });
  }

  /** The decoder's own output, float32 [3, height, width], not clamped. */
  decodePixels(latents: Float32Array, grid: Grid): Promise<Float32Array> {
    const call: DecodeCall = { latents, grid };
    return this.#stages.call('decodePixels', call);
  }

  /** Makes a template known to the inference thread. The caller releases it. */
  async addTemplate({ grid, ...parts }: TemplateParts): Promise<TemplateState> {
    const tokens = grid.rows * grid.columns;
    const { latentChannels, conditionChannels } = this.model.denoiser;
    assert.equal(parts.x0.length, tokens * latentChannels, 'x0 does not fit the grid');
    assert.equal(parts.noise.length, tokens * latentChannels, 'noise does not fit the grid');
    assert.equal(parts.condition.length, tokens * conditionChannels, 'condition does not fit the grid');
    const template: TemplateState = { id: this.#nextId++, tokens, rotary: this.#rotaryOf(grid), ...parts };
    await this.#inference.call('putTemplate', template);
    return template;
  }

  /** Makes an edit known to the inference thread. The caller releases it. Throws `invalid` when nothing is masked. */
  async addEdit(parts: EditParts): Promise<EditState> {
    if (parts.rows.length === 0) {
      throw new ServiceError('invalid', 'mask: no pixel is masked; mark what may change', { field: 'mask' });
    }
    const edit: EditState = { id: this.#nextId++, ...parts };
    await this.#inference.call('putEdit', edit);
    return edit;
  }

  /** One denoising step of up to eight edits, and of templates beside them. Items must not name an edit twice. */
  step(items: readonly StepItem[]): Promise<StepReport> {
    return this.#inference.call('step', items);
  }

  async releaseTemplate({ id }: Pick<TemplateState, 'id'>): Promise<void> {
    await this.#inference.call('dropTemplate', id);
  }

  async releaseEdit({ id }: Pick<EditState, 'id'>): Promise<void> {
    await this.#inference.call('dropEdit', id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inference[Symbol.asyncDispose]();
    await this.#stages[Symbol.asyncDispose]();
  }

  #rotaryOf(grid: Grid): SharedRotary {
    const key = `${grid.rows}x${grid.columns}`;
    const known = this.#rotary.get(key);
    if (known !== undefined) return known;
    const { length, cos, sin } = this.model.rotary(grid);
    const made = { name: key, length, cos: share(cos), sin: share(sin) };
    this.#rotary.set(key, made);
    return made;
  }
}

/** The token grid of a picture. Throws `invalid` unless both sides are multiples of 16. */
export function gridOf({ width, height }: Pick<Picture, 'width' | 'height'>): Grid {
  if (width % tokenSide !== 0 || height % tokenSide !== 0) {
    throw new ServiceError('invalid', `image: ${width} x ${height}: both sides must be multiples of ${tokenSide}`, {
      field: 'image',
    });
  }
  return { rows: height / tokenSide, columns: width / tokenSide };
}

/** The graphs that a denoising step runs. */
function stepGraphs({ embedGraph, headGraph, blocks, conversion }: Denoiser): readonly string[] {
  const conversions = conversion === undefined ? [] : [conversion.narrow, conversion.widen];
  return [embedGraph, headGraph, ...conversions, ...blocks.map(({ graph }) => graph)];
}

function defaultCache(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'instgenie', 'models');
}
