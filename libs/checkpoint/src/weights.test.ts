import assert from 'node:assert/strict';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { writeSafetensors } from './safetensors-writer.ts';
import { fixtures, put, temporaryFolder, tensor } from './testing.ts';
import { openWeights } from './weights.ts';

const one = tensor('one', 'F32', Float32Array.of(1));
const two = tensor('two', 'F32', Float32Array.of(2));

test('shards open as one, and their bfloat16 values widen', async () => {
  const weights = await openWeights(join(fixtures, 'text_encoder_2'), 'model');
  assert.equal(weights.names().length, 21);
  assert.equal(weights.files.length, 2);
  const ref = weights.get('shared.weight', [512, 48]);
  assert.equal(ref.dtype, 'BF16');
  assert.ok(ref.path.endsWith('-of-00002.safetensors'));
  const values = await weights.read('shared.weight');
  assert.equal(values.length, 512 * 48);
  assert.ok(values.every((value) => Number.isFinite(value)) && values.some((value) => value !== 0));
  assert.equal(weights.has('encoder.embed_tokens.weight'), false);
});

test('a tensor that is absent or of another shape is named with what was expected and found', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSafetensors(join(folder, 'model.safetensors'), [one]);
  const weights = await openWeights(folder, 'model');
  assert.throws(() => weights.get('three', [4, 2]), {
    code: 'invalid',
    field: 'three',
    message: `${join(folder, 'model.safetensors')}: expected a tensor three of shape [4, 2], found none`,
  });
  const path = join(folder, 'model.safetensors');
  const message = `${path}: one: expected shape [1, 1], found [1]`;
  assert.throws(() => weights.get('one', [1, 1]), { code: 'invalid', message });
  await assert.rejects(weights.read('one', [2]), { code: 'invalid' });
  assert.equal(weights.get('one', [1]).path, path);
});

test('values of every float type up to 32 bits are read, others are refused', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSafetensors(join(folder, 'model.safetensors'), [
    tensor('half', 'F16', Uint16Array.of(0x3c00, 0x0001, 0xfc00)),
    tensor('brain', 'BF16', Uint16Array.of(0x3f80, 0x0001, 0xff80)),
    tensor('single', 'F32', Float32Array.of(1, -0, 1e-45)),
    tensor('double', 'F64', Float64Array.of(1)),
    tensor('none', 'F16', new Uint16Array(0)),
  ]);
  const weights = await openWeights(folder, 'model');
  assert.deepEqual(await weights.read('half'), Float32Array.of(1, 2 ** -24, -Infinity));
  assert.deepEqual(await weights.read('brain'), Float32Array.of(1, 2 ** -133, -Infinity));
  assert.deepEqual(await weights.read('single'), Float32Array.of(1, -0, 1e-45));
  assert.deepEqual(await weights.read('none'), new Float32Array(0));
  const message = /double: expected F32, F16 or BF16, found F64/;
  await assert.rejects(weights.read('double'), { code: 'unsupported', message });
});

test('a file that shrank after it was opened is refused', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'model.safetensors');
  await writeSafetensors(path, [one]);
  const weights = await openWeights(folder, 'model');
  await put(path, 'short');
  await assert.rejects(weights.read('one'), { code: 'invalid', message: /is truncated/ });
});

test('a single file is preferred to shards, shards to variants, and a variant to nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const single = join(folder, 'model.safetensors');
  const index = join(folder, 'model.safetensors.index.json');
  await writeSafetensors(single, [one]);
  await writeSafetensors(join(folder, 'model-00001-of-00001.safetensors'), [one, two]);
  await writeSafetensors(join(folder, 'model.fp16.safetensors'), [two]);
  await put(index, {
    weight_map: { one: 'model-00001-of-00001.safetensors', two: 'model-00001-of-00001.safetensors' },
  });
  const names = async () => (await openWeights(folder, 'model')).names();
  assert.deepEqual(await names(), ['one']);
  await rm(single);
  assert.deepEqual(await names(), ['one', 'two']);
  await rm(index);
  assert.deepEqual(await names(), ['two']);
  await rename(join(folder, 'model.fp16.safetensors'), join(folder, 'model.fp16-00001-of-00001.safetensors'));
  await put(join(folder, 'model.safetensors.index.fp16.json'), {
    weight_map: { two: 'model.fp16-00001-of-00001.safetensors' },
  });
  assert.deepEqual(await names(), ['two']);
});

test('several variants and no plain file are refused by name', async (t) => {
  const folder = await temporaryFolder(t);
  for (const variant of ['fp16', 'bf16']) await writeSafetensors(join(folder, `model.${variant}.safetensors`), [one]);
  const message = /found model\.bf16\.safetensors, model\.fp16\.safetensors/;
  await assert.rejects(openWeights(folder, 'model'), { code: 'invalid', message });
});

const falseShards = [
  '../model.safetensors',
  '/etc/model.safetensors',
  'a\\b.safetensors',
  '..',
  'model.bin',
  '',
  7,
  null,
];
for (const shard of falseShards) {
  test(`an index that names the shard ${JSON.stringify(shard)} is refused`, async (t) => {
    const folder = await temporaryFolder(t);
    await put(join(folder, 'model.safetensors.index.json'), { weight_map: { one: shard } });
    const message = /model\.safetensors\.index\.json: "one": expected the name of a \.safetensors file in this folder/;
    await assert.rejects(openWeights(folder, 'model'), { code: 'invalid', field: 'one', message });
  });
}

const falseIndices = [
  { name: 'is not JSON', index: '{', says: /not JSON/ },
  { name: 'is a list', index: [], says: /weight_map/ },
  { name: 'has no weight_map', index: {}, says: /weight_map/ },
  { name: 'has an empty weight_map', index: { weight_map: {} }, says: /weight_map is empty/ },
  { name: 'has a prototype key', index: '{"weight_map":{"__proto__":"a.safetensors"}}', says: /"__proto__"/ },
];
for (const { name, index, says } of falseIndices) {
  test(`an index that ${name} is refused`, async (t) => {
    const folder = await temporaryFolder(t);
    await put(join(folder, 'model.safetensors.index.json'), index);
    await assert.rejects(openWeights(folder, 'model'), { code: 'invalid', message: says });
  });
}

test('a missing shard and a tensor that its shard lacks are named', async (t) => {
  const folder = await temporaryFolder(t);
  await put(join(folder, 'model.safetensors.index.json'), { weight_map: { one: 'a.safetensors' } });
  const missing = /a\.safetensors: missing, but named in .*index\.json/;
  await assert.rejects(openWeights(folder, 'model'), { code: 'not-found', message: missing });
  await writeSafetensors(join(folder, 'a.safetensors'), [two]);
  const lacking = /a\.safetensors: expected the tensor one, as .*index\.json says/;
  await assert.rejects(openWeights(folder, 'model'), { code: 'invalid', field: 'one', message: lacking });
});

test('weights in other formats only are unsupported, no weights at all are not found', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(openWeights(join(folder, 'none'), 'model'), {
    code: 'not-found',
    message: /none: no such folder/,
  });
  await assert.rejects(openWeights(folder, 'model'), { code: 'not-found', message: /found an empty folder/ });
  await put(join(folder, 'pytorch_model.bin'), 'x');
  await put(join(folder, 'flax_model.msgpack'), 'x');
  const message = /only safetensors are read, found flax_model\.msgpack, pytorch_model\.bin/;
  await assert.rejects(openWeights(folder, 'model'), { code: 'unsupported', message });
});
