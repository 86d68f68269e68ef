import assert from 'node:assert/strict';
import type { BlockDescription, Denoiser } from '@instgenie/diffusion';
import type { Mode } from '@instgenie/domain';
import { Tensor } from 'onnxruntime-node';
import type { StepActivations } from './activations.ts';
import type { BatchLayout } from './batch-layout.ts';
import type { Conditioning } from './inference-protocol.ts';
import type { LayoutCache, LayoutRequest } from './layout-cache.ts';
import type { LayoutTensors } from './layout-tensors.ts';
import type { RowBuffers } from './row-buffers.ts';
import type { Sessions } from './sessions.ts';

/** A request on its way through the blocks of one step. */
export interface TrackRequest extends LayoutRequest {
  readonly step: number;
  readonly modes: readonly Mode[];
  readonly conditioning: Conditioning;
  /** Writes a token's latents and condition to `into` [latentChannels + conditionChannels]. */
  readonly input: (token: number, into: Float32Array) => void;
  /** Activations of this step; undefined where no block needs them. */
  readonly stored: StepActivations | undefined;
  /** Filled while computing, if given; every mode must be `full`. */
  readonly capture: StepActivations | undefined;
}

export interface TrackContext {
  readonly sessions: Sessions;
  readonly denoiser: Denoiser;
  readonly buffers: RowBuffers;
  readonly layouts: LayoutCache;
  /** Input names of the stored rows of each possible request. */
  readonly storedNames: readonly (readonly [key: string, value: string])[];
  /** No stored rows [0, width]: where a block computes all keys and values, or there is no request. */
  readonly blank: Tensor;
}

/** Requests that go through the blocks of one step together, and their rows. */
export class Track {
  readonly #context: TrackContext;
  readonly #requests: readonly TrackRequest[];
  readonly #name: string;
  #layout: LayoutTensors;
  #rows: Float32Array;
  #spare: Float32Array;

  constructor(context: TrackContext, requests: readonly TrackRequest[], name: string) {
    const { batchMax } = context.denoiser;
    assert(requests.length > 0 && requests.length <= batchMax, `a track takes 1 to ${batchMax} requests`);
    this.#context = context;
    this.#requests = requests;
    this.#name = name;
    this.#layout = this.#layoutOf(0);
    const capacity = this.#capacity();
    this.#rows = context.buffers.take(`${name}.rows`, capacity);
    this.#spare = context.buffers.take(`${name}.spare`, capacity);
  }

  /** Puts text rows and embedded latents in place for block 0. */
  async embed(): Promise<void> {
    const { sessions, denoiser, buffers } = this.#context;
    const { width } = denoiser;
    const channels = denoiser.latentChannels + denoiser.conditionChannels;
    const { layout } = this.#layout;
    const inputs = buffers.take(`${this.#name}.inputs`, layout.imageCount * channels);
    for (const [index, { conditioning, input }] of this.#requests.entries()) {
      this.#rows.set(conditioning.text, (layout.textFrom[index] ?? 0) * width);
      const first = (layout.imageFrom[index] ?? 0) - layout.textCount;
      for (const [at, token] of (layout.members[index]?.fresh ?? []).entries()) {
        input(token, inputs.subarray((first + at) * channels, (first + at + 1) * channels));
      }
    }
    const image = this.#view(this.#rows, layout.textCount, layout.imageCount);
    await sessions.run(
      denoiser.embedGraph,
      { latents: new Tensor('float32', inputs, [layout.imageCount, channels]) },
      { rows_out: image },
    );
  }

  /** Runs a block over every request. */
  async block(index: number): Promise<void> {
    this.#arrange(index);
    const description = this.#context.denoiser.blocks[index];
    assert(description !== undefined);
    const { layout } = this.#layout;
    const captured = this.#capture(index, description.streams);
    const results: Record<string, Tensor> = { ...captured?.results };
    const freshCount = layout.textCount + layout.imageCount;
    const isJoint = description.streams === 'joint';
    const feeds: Record<string, Tensor> = { ...(isJoint ? this.#layout.joint : this.#layout.separate) };
    feeds['projected'] = this.#view(this.#rows, freshCount, layout.projectedCount);
    this.#feedModulations(feeds, description);
    this.#feedStored(feeds, index);
    if (isJoint) {
      feeds['rows'] = this.#view(this.#rows, 0, freshCount);
      results['rows_out'] = this.#view(this.#spare, 0, freshCount);
    } else {
      feeds['text'] = this.#view(this.#rows, 0, layout.textCount);
      feeds['image'] = this.#view(this.#rows, layout.textCount, layout.imageCount);
      results['text_out'] = this.#view(this.#spare, 0, layout.textCount);
      results['image_out'] = this.#view(this.#spare, layout.textCount, layout.imageCount);
    }
    await this.#context.sessions.run(description.graph, feeds, results);
    captured?.finish();
    [this.#rows, this.#spare] = [this.#spare, this.#rows];
  }

  /** After the last block: velocities of each request's masked rows, in order [rows, latentChannels]. */
  async velocities(): Promise<readonly Float32Array[]> {
    const { sessions, denoiser, buffers } = this.#context;
    const { latentChannels } = denoiser;
    const wanted = this.#layoutFor(this.#requests.map(() => 'kv'));
    this.#move(wanted.layout);
    const { layout } = wanted;
    const velocity = buffers.take(`${this.#name}.velocity`, layout.imageCount * latentChannels);
    const modulation = this.#modulation(denoiser.headModulation);
    await sessions.run(
      denoiser.headGraph,
      { rows: this.#view(this.#rows, layout.textCount, layout.imageCount), modulation, owner: wanted.imageOwner },
      { velocity: new Tensor('float32', velocity, [layout.imageCount, latentChannels]) },
    );
    return this.#requests.map(({ rows }, index) => {
      const from = ((layout.imageFrom[index] ?? 0) - layout.textCount) * latentChannels;
      return velocity.subarray(from, from + rows.length * latentChannels);
    });
  }

  #capacity(): number {
    const { width } = this.#context.denoiser;
    const rows = this.#requests.map(({ textRows, tokens }) => textRows + tokens + 4);
    return width * rows.reduce((total, count) => total + count, 0);
  }

  #layoutOf(block: number): LayoutTensors {
    return this.#layoutFor(this.#requests.map(({ modes }) => modes[block] ?? 'full'));
  }

  #layoutFor(modes: readonly Mode[]): LayoutTensors {
    return this.#context.layouts.get(this.#requests, modes);
  }

  /** Brings the rows into the layout of a block: live rows keep their values, others come from the store. */
  #arrange(block: number): void {
    const next = this.#layoutOf(block);
    if (next !== this.#layout) {
      this.#move(next.layout, block);
      this.#layout = next;
    }
    this.#projectedRows(block);
  }

  #move(to: BatchLayout, block?: number): void {
    const from = this.#layout.layout;
    if (from === to) return;
    const { width } = this.#context.denoiser;
    this.#spare.set(this.#rows.subarray(0, from.textCount * width));
    for (const [index, member] of to.members.entries()) {
      const live = new Map<number, number>();
      for (const [at, token] of (from.members[index]?.fresh ?? []).entries()) {
        live.set(token, (from.imageFrom[index] ?? 0) + at);
      }
      const stored = this.#requests[index]?.stored;
      for (const [at, token] of member.fresh.entries()) {
        const row = ((to.imageFrom[index] ?? 0) + at) * width;
        const source = live.get(token);
        if (source !== undefined) this.#spare.set(this.#rows.subarray(source * width, (source + 1) * width), row);
        else {
          assert(stored !== undefined && block !== undefined, 'a full block after another mode needs the hidden state');
          this.#spare.set(stored.rows(block, 'hidden').subarray(token * width, (token + 1) * width), row);
        }
      }
    }
    [this.#rows, this.#spare] = [this.#spare, this.#rows];
  }

  #projectedRows(block: number): void {
    const { layout } = this.#layout;
    if (layout.projectedCount === 0) return;
    const { width } = this.#context.denoiser;
    for (const [index, { projected }] of layout.members.entries()) {
      if (projected.length === 0) continue;
      const stored = this.#requests[index]?.stored;
      assert(stored !== undefined, 'mode x needs the hidden state');
      const hidden = stored.rows(block, 'hidden');
      const first = layout.projectedFrom[index] ?? 0;
      for (const [at, token] of projected.entries()) {
        this.#rows.set(hidden.subarray(token * width, (token + 1) * width), (first + at) * width);
      }
    }
  }

  #feedStored(feeds: Record<string, Tensor>, block: number): void {
    const { denoiser, blank } = this.#context;
    for (const [index, [key, value]] of this.#context.storedNames.entries()) {
      const request = this.#requests[index];
      if (request?.modes[block] !== 'kv') {
        feeds[key] = feeds[value] = blank;
        continue;
      }
      assert(request.stored !== undefined, 'mode kv needs keys and values');
      const dims = [request.tokens, denoiser.width];
      feeds[key] = new Tensor('float32', request.stored.rows(block, 'key'), dims);
      feeds[value] = new Tensor('float32', request.stored.rows(block, 'value'), dims);
    }
  }

  #feedModulations(feeds: Record<string, Tensor>, { streams, modulations }: BlockDescription): void {
    const [first = '', second = ''] = modulations;
    if (streams === 'joint') feeds['modulation'] = this.#modulation(first);
    else {
      feeds['image_modulation'] = this.#modulation(first);
      feeds['text_modulation'] = this.#modulation(second);
    }
  }

  /** A modulation's row of this step for every request [requests, channels]. */
  #modulation(name: string): Tensor {
    const rows = this.#requests.map(({ conditioning, step, modes }) => {
      const all = conditioning.modulations.get(name);
      assert(all !== undefined && modes.length > 0, `no modulation ${name}`);
      const channels = this.#channels(name);
      return all.subarray(step * channels, (step + 1) * channels);
    });
    const [first] = rows;
    assert(first !== undefined);
    if (rows.length === 1) return new Tensor('float32', first, [1, first.length]);
    const joined = this.#context.buffers.take(`${this.#name}.${name}`, rows.length * first.length);
    for (const [index, row] of rows.entries()) joined.set(row, index * first.length);
    return new Tensor('float32', joined, [rows.length, first.length]);
  }

  #channels(name: string): number {
    const channels = this.#context.denoiser.modulationChannels.get(name);
    assert(channels !== undefined, `no modulation ${name}`);
    return channels;
  }

  /** Lets a priming request's block write its keys and values, and keeps the hidden state that enters it. */
  #capture(block: number, streams: BlockDescription['streams']) {
    const [request] = this.#requests;
    if (this.#requests.length > 1 || request?.capture === undefined) return undefined;
    const { capture, tokens } = request;
    const { width } = this.#context.denoiser;
    const { textCount, imageCount } = this.#layout.layout;
    if (capture.has('hidden')) {
      capture.rows(block, 'hidden').set(this.#rows.subarray(textCount * width, (textCount + tokens) * width));
    }
    const before = streams === 'joint' ? textCount : 0;
    const results: Record<string, Tensor> = {};
    const copies: (() => void)[] = [];
    for (const [kind, output] of [
      ['key', 'keys'],
      ['value', 'values'],
    ] as const) {
      if (!capture.has(kind)) continue;
      const into = capture.rows(block, kind);
      const isWhole = before + imageCount === tokens;
      const length = (before + imageCount) * width;
      const target = isWhole ? into : this.#context.buffers.take(`${this.#name}.${kind}`, length);
      results[output] = new Tensor('float32', target, [before + imageCount, width]);
      if (!isWhole) copies.push(() => into.set(target.subarray(before * width, (before + tokens) * width)));
    }
    return { results, finish: () => copies.forEach((copy) => copy()) };
  }

  #view(rows: Float32Array, from: number, count: number): Tensor {
    const { width } = this.#context.denoiser;
    return new Tensor('float32', rows.subarray(from * width, (from + count) * width), [count, width]);
  }
}
