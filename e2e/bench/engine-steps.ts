import { type Mask, mask, picture } from '@instgenie/domain';
import { Edit, type Engine, gridOf, Template } from '@instgenie/engine';

const side = 512;
const steps = 2;
const counted = 2;
const prompt = 'red hoodie';

/** An edit of a bench: how much of the picture is masked, and whether all of it is computed. */
export interface BenchEdit {
  readonly ratio: number;
  readonly isDense: boolean;
}

export interface StepTime {
  /** From the call to its answer. */
  readonly wallMs: number;
  readonly nativeMs: number;
}

/** Steps of edits of one primed template, each of them run as often as wanted. */
export class EngineBench implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #template: Template;
  readonly #edits = new Map<string, Edit[]>();

  private constructor(engine: Engine, template: Template) {
    this.#engine = engine;
    this.#template = template;
  }

  static async open(engine: Engine): Promise<EngineBench> {
    const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => (at * 7 + Math.floor(at / 1536) * 3) % 251);
    const { guidance, textRows } = engine.model.defaults;
    const spec = { picture: picture({ width: side, height: side, channels: 3, data }), steps, guidance, textRows };
    const template = await Template.prepare(engine, spec);
    await template.prime();
    return new EngineBench(engine, template);
  }

  /** Text and image rows that are computed at a mask ratio. */
  rows(ratio: number): number {
    return this.#template.spec.textRows + this.#masked(ratio);
  }

  /** Floating-point operations of a step at a mask ratio: blocks, embedder and head, multiplications and additions. */
  flops(ratio: number): number {
    const { model } = this.#engine;
    const { width, latentChannels, conditionChannels, blocks } = model.denoiser;
    const keys = this.#template.spec.textRows + this.#template.state.tokens;
    const edges = 2 * this.#masked(ratio) * width * (2 * latentChannels + conditionChannels);
    return blocks.length * model.blockFlops({ rows: this.rows(ratio), keys }) + edges;
  }

  /**
   * A function that runs the first step of these edits together, a few times: the first is not counted, since caches
   * still hold what ran before; an edit's steps follow each other.
   */
  step(wanted: readonly BenchEdit[]): () => Promise<StepTime> {
    const used = new Map<string, number>();
    const pending = wanted.map((edit) => {
      const key = `${edit.ratio} ${edit.isDense}`;
      const index = used.get(key) ?? 0;
      used.set(key, index + 1);
      return { ...edit, key, index };
    });
    return async () => {
      const items = [];
      for (const { key, index, ...edit } of pending) items.push((await this.#edit(key, index, edit)).nextItem());
      await this.#engine.step(items);
      let sum = 0;
      const began = performance.now();
      for (let time = 0; time < counted; time++) sum += (await this.#engine.step(items)).nativeMs;
      return { wallMs: (performance.now() - began) / counted, nativeMs: sum / counted };
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const edit of [...this.#edits.values()].flat()) await edit[Symbol.asyncDispose]();
    await this.#template[Symbol.asyncDispose]();
  }

  async #edit(key: string, index: number, { ratio, isDense }: BenchEdit): Promise<Edit> {
    const known = this.#edits.get(key) ?? [];
    this.#edits.set(key, known);
    for (let next = known.length; next <= index; next++) {
      const spec = { mask: this.#mask(ratio), prompt, seed: next + 1, dense: isDense };
      known.push(await Edit.prepare(this.#engine, this.#template, spec));
    }
    const edit = known[index];
    if (edit === undefined) throw new RangeError(`no edit ${index} of ${key}`);
    return edit;
  }

  #masked(ratio: number): number {
    return Math.round(ratio * this.#template.state.tokens);
  }

  /** The first tokens in reading order, so many as the ratio says. */
  #mask(ratio: number): Mask {
    const { columns } = gridOf(this.#template.spec.picture);
    const count = this.#masked(ratio);
    const bits = Uint8Array.from({ length: side * side }, (_, at) => {
      const token = Math.floor(Math.floor(at / side) / 16) * columns + Math.floor((at % side) / 16);
      return token < count ? 1 : 0;
    });
    return mask({ width: side, height: side, bits });
  }
}
