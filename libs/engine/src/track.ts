import assert from 'node:assert/strict';
import type { BlockDescription, Denoiser } from '@instgenie/diffusion';
import { type Mode, readsHidden } from '@instgenie/domain';
import { Tensor } from 'onnxruntime-node';
import type { StepActivations } from './activations.ts';
import type { TextUse } from './batch-layout.ts';
import type { BlockSource } from './block-source.ts';
import { type CaptureTargets, captureTargets } from './capture.ts';
import type { Conditioning } from './inference-protocol.ts';
import type { LayoutCache, LayoutRequest } from './layout-cache.ts';
import type { LayoutTensors } from './layout-tensors.ts';
import type { RowBuffers } from './row-buffers.ts';
import type { RowInput } from './row-inputs.ts';
import type { Sessions } from './sessions.ts';
import { narrow, storedFeeds, widen } from './stored-rows.ts';
import { TrackRows } from './track-rows.ts';

/** A request on its way through the blocks of one step. */
export interface TrackRequest extends LayoutRequest {
  readonly step: number;
  readonly modes: readonly Mode[];
  readonly conditioning: Conditioning;
  readonly input: RowInput;
  /** What the blocks read of the template's activations; undefined where no block reads any. */
  readonly source: BlockSource | undefined;
  /** Filled while computing, if given; every mode must be `full`. */
  readonly capture: StepActivations | undefined;
}

export interface TrackContext {
  readonly sessions: Sessions;
  readonly denoiser: Denoiser;
  readonly buffers: RowBuffers;
  readonly layouts: LayoutCache;
  /** For each possible request, stored rows that are none: where a block computes all, or there is no request. */
  readonly blanks: readonly Readonly<Record<string, Tensor>>[];
}

/** Requests that go through the blocks of one step together, and their rows. */
export class Track {
  readonly #context: TrackContext;
  readonly #requests: readonly TrackRequest[];
  readonly #name: string;
  readonly #rows: TrackRows;
  #layout: LayoutTensors;

  constructor(context: TrackContext, requests: readonly TrackRequest[], name: string) {
    const { batchMax, width } = context.denoiser;
    assert(requests.length > 0 && requests.length <= batchMax, `a track takes 1 to ${batchMax} requests`);
    this.#context = context;
    this.#requests = requests;
    this.#name = name;
    this.#layout = this.#layoutOf(0);
    const rowsMax = requests.reduce((sum, { textRows, tokens }) => sum + textRows + tokens + repeatedRowsMax, 0);
    this.#rows = new TrackRows(context.buffers, { name, width, rowsMax });
  }

  /** Puts text rows and embedded latents in place for block 0. */
  async embed(): Promise<void> {
    const { sessions, denoiser, buffers } = this.#context;
    const channels = denoiser.latentChannels + denoiser.conditionChannels;
    const { layout } = this.#layout;
    const inputs = buffers.take(`${this.#name}.inputs`, layout.imageCount * channels);
    for (const [index, { conditioning, textRows, input }] of this.#requests.entries()) {
      this.#rows.values(layout.textFrom[index] ?? 0, textRows).set(conditioning.text);
      const first = (layout.imageFrom[index] ?? 0) - layout.textCount;
      for (const [at, token] of (layout.members[index]?.fresh ?? []).entries()) {
        input(token, inputs.subarray((first + at) * channels, (first + at + 1) * channels));
      }
    }
    await sessions.run(
      denoiser.embedGraph,
      { latents: new Tensor('float32', inputs, [layout.imageCount, channels]) },
      { rows_out: this.#rows.tensor(layout.textCount, layout.imageCount) },
    );
  }

  /** Runs a block over every request. */
  async block(index: number): Promise<void> {
    const description = this.#context.denoiser.blocks[index];
    assert(description !== undefined);
    await this.#arrange(index);
    const { layout } = this.#layout;
    const freshCount = layout.textCount + layout.imageCount;
    const isJoint = description.streams === 'joint';
    const captured = await this.#capture(index, isJoint);
    const feeds: Record<string, Tensor> = { ...(isJoint ? this.#layout.joint : this.#layout.separate) };
    const results: Record<string, Tensor> = { ...captured?.results };
    feeds['projected'] = this.#rows.tensor(freshCount, layout.projectedCount);
    this.#feedModulations(feeds, description);
    await this.#feedStored(feeds, index);
    if (isJoint) {
      feeds['rows'] = this.#rows.tensor(0, freshCount);
      results['rows_out'] = this.#rows.result(0, freshCount);
    } else {
      feeds['text'] = this.#rows.tensor(0, layout.textCount);
      feeds['image'] = this.#rows.tensor(layout.textCount, layout.imageCount);
      results['text_out'] = this.#rows.result(0, layout.textCount);
      results['image_out'] = this.#rows.result(layout.textCount, layout.imageCount);
    }
    await this.#context.sessions.run(description.graph, feeds, results);
    await captured?.finish();
    for (const { source } of this.#requests) source?.done(index);
    this.#rows.swap();
  }

  /** After the last block: velocities of each request's masked rows, in order [rows, latentChannels]. */
  async velocities(): Promise<readonly Float32Array[]> {
    const { sessions, denoiser, buffers } = this.#context;
    const { latentChannels } = denoiser;
    const masked = this.#layoutFor(
      this.#requests.map(() => 'kv'),
      this.#textUse(denoiser.blocks.length - 1),
    );
    const { layout } = masked;
    this.#rows.move(this.#layout.layout, layout, noHidden);
    const velocity = buffers.take(`${this.#name}.velocity`, layout.imageCount * latentChannels);
    await sessions.run(
      denoiser.headGraph,
      {
        rows: this.#rows.tensor(layout.textCount, layout.imageCount),
        modulation: this.#modulation(denoiser.headModulation),
        owner: masked.imageOwner,
      },
      { velocity: new Tensor('float32', velocity, [layout.imageCount, latentChannels]) },
    );
    return this.#requests.map(({ rows }, index) => {
      const from = ((layout.imageFrom[index] ?? 0) - layout.textCount) * latentChannels;
      return velocity.subarray(from, from + rows.length * latentChannels);
    });
  }

  #layoutOf(block: number): LayoutTensors {
    const modes = this.#requests.map(({ modes }) => modes[block] ?? 'full');
    return this.#layoutFor(modes, this.#textUse(block));
  }

  #layoutFor(modes: readonly Mode[], text: TextUse): LayoutTensors {
    return this.#context.layouts.get(this.#requests, { modes, text });
  }

  /** What the last block makes of text rows would go nowhere, so it takes only their keys and values. */
  #textUse(block: number): TextUse {
    const { blocks } = this.#context.denoiser;
    return block === blocks.length - 1 && blocks[block]?.streams === 'joint' && block > 0 ? 'projected' : 'fresh';
  }

  /** Brings the rows into the layout of a block. */
  async #arrange(block: number): Promise<void> {
    const next = this.#layoutOf(block);
    const hidden = new Map<number, Float32Array>();
    for (const [index, { modes, source }] of this.#requests.entries()) {
      if (!readsHidden(modes, block)) continue;
      const stored = await source?.at(block, 'hidden');
      assert(stored !== undefined, 'mode x, and a full block after another mode, need the stored hidden state');
      hidden.set(index, await widen(this.#context, stored.rows(block, 'hidden'), `hidden${index}`));
    }
    const hiddenOf = (request: number) => hidden.get(request) ?? noHidden();
    this.#rows.move(this.#layout.layout, next.layout, hiddenOf);
    this.#layout = next;
    this.#rows.project(next.layout, hiddenOf);
  }

  /** Where a template's own forward keeps what this block makes; undefined for edits. */
  async #capture(block: number, isJoint: boolean): Promise<CaptureTargets | undefined> {
    const [{ capture, tokens } = { capture: undefined, tokens: 0 }] = this.#requests;
    if (this.#requests.length > 1 || capture === undefined) return undefined;
    const { textCount, imageCount, projectedCount } = this.#layout.layout;
    if (capture.has('hidden')) {
      await narrow(this.#context, this.#rows.values(textCount, tokens), capture.rows(block, 'hidden'));
    }
    const before = isJoint ? textCount : 0;
    const rows = before + imageCount + projectedCount;
    return captureTargets(this.#context, capture, { block, before, rows });
  }

  async #feedStored(feeds: Record<string, Tensor>, block: number): Promise<void> {
    const { denoiser, blanks } = this.#context;
    for (const [index, blank] of blanks.entries()) {
      const request = this.#requests[index];
      if (request?.modes[block] !== 'kv') {
        Object.assign(feeds, blank);
        continue;
      }
      const stored = await request.source?.at(block, 'key');
      assert(stored !== undefined, 'mode kv needs keys and values');
      Object.assign(feeds, storedFeeds(`key_${index}`, stored.rows(block, 'key'), denoiser.width));
      Object.assign(feeds, storedFeeds(`value_${index}`, stored.rows(block, 'value'), denoiser.width));
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
}

/** A request has at most two rows more than tokens: see `memberRows`. */
const repeatedRowsMax = 2;

/** Rows that no layout asks for: the head's are all live, and a block that reads hidden rows has them at hand. */
function noHidden(): never {
  throw new RangeError('the head needs no stored rows');
}
