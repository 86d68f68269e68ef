import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Checkpoint, openCheckpoint } from '@instgenie/checkpoint';
import { buildClipGraph, buildT5Graph } from '@instgenie/diffusion';
import { Tensor } from 'onnxruntime-node';
import { assertClose, floats, golden, TestGraph, tinyCheckpoint } from './graph-testing.ts';

const allowed = 2e-4;
let checkpoint: Checkpoint;
before(async () => {
  checkpoint = await openCheckpoint(tinyCheckpoint('flux-schnell'));
});

/** Some rows of a two-dimensional tensor of ids. */
function rows(ids: Tensor, from: number, to: number): Tensor {
  const [, columns = 0] = ids.dims;
  assert(ids.data instanceof Int32Array);
  return new Tensor('int32', ids.data.slice(from * columns, to * columns), [to - from, columns]);
}

const width = 32;
const row = (values: Float32Array, index: number) => values.slice(index * width, (index + 1) * width);

test('CLIP agrees with the reference: pooled text of every prompt, hidden rows of three', async () => {
  const text = await golden('flux-schnell', 'text');
  const { configs, weights } = checkpoint;
  await using clip = await TestGraph.open(weights.clip, (mapped) => buildClipGraph(configs.clip, mapped));
  assertClose((await clip.run(text('clip_ids')))('pooled'), text('clip_pooled'), allowed);
  const hidden = (await clip.run(rows(text('clip_ids'), 0, 3)))('hidden');
  assert.deepEqual(hidden.dims, [3, 77, 32]);
  assertClose(hidden, text('clip_hidden_0_2'), allowed);
});

test('CLIP pools at the first end of text, if the config names it', async () => {
  const text = await golden('flux-schnell', 'text');
  const { configs, weights } = checkpoint;
  const ids = rows(text('clip_ids'), 0, 3);
  assert(ids.data instanceof Int32Array);
  const eosTokenId = Math.max(...ids.data);
  const config = { ...configs.clip, eosTokenId };
  await using clip = await TestGraph.open(weights.clip, (mapped) => buildClipGraph(config, mapped));
  const outputs = await clip.run(ids);
  const [pooled, hidden] = [floats(outputs('pooled')), floats(outputs('hidden'))];
  for (const prompt of [0, 1, 2]) {
    const end = ids.data.indexOf(eosTokenId, prompt * 77);
    assert.deepEqual(row(pooled, prompt), row(hidden, end));
  }
});

test('T5 agrees with the reference for short and for long sequences, padding included', async () => {
  const text = await golden('flux-schnell', 'text');
  const { configs, weights } = checkpoint;
  await using t5 = await TestGraph.open(weights.t5, (mapped) => buildT5Graph(configs.t5, mapped));
  assertClose((await t5.run(text('t5_ids')))('sequence'), text('t5_sequence'), allowed);
  const long = (await t5.run(rows(text('t5_ids_512'), 1, 2)))('sequence');
  assert.deepEqual(long.dims, [1, 512, 48]);
  assertClose(long, text('t5_sequence_512'), allowed);
});
