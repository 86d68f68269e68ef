import assert from 'node:assert/strict';
import { cp, readFile, rm, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { openCheckpoint } from './folder.ts';
import { writeSafetensors } from './safetensors-writer.ts';
import { fixtures, put, t5Folder, temporaryFolder, tensor, tinyCheckpoint } from './testing.ts';

/** A checkpoint with the fixtures' tokenizers. */
async function checkpointFolder(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  await tinyCheckpoint(folder);
  await cp(join(fixtures, 'tokenizer'), join(folder, 'tokenizer'), { recursive: true });
  await cp(t5Folder, join(folder, 'tokenizer_2'), { recursive: true });
  return folder;
}

test('a folder opens with its configs, weights and tokenizers', async (t) => {
  const folder = await checkpointFolder(t);
  const checkpoint = await openCheckpoint(folder);
  assert.equal(checkpoint.pipeline, 'FluxPipeline');
  assert.equal(checkpoint.configs.transformer.textDim, 16);
  for (const weights of Object.values(checkpoint.weights)) assert.deepEqual(weights.names(), ['weight']);
  const clip = await checkpoint.clipTokenizer();
  assert.equal(clip, await checkpoint.clipTokenizer(), 'loaded once');
  assert.equal(clip.encode('a red fox').length, 77);
  assert.equal((await checkpoint.t5Tokenizer()).encode('a red fox', 16).length, 16);
});

test('the identity is that of the content, not of the place or the time', async (t) => {
  const folder = await checkpointFolder(t);
  const copy = await temporaryFolder(t);
  await cp(folder, copy, { recursive: true });
  await utimes(join(copy, 'vae/diffusion_pytorch_model.safetensors'), 0, 0);
  const { identity } = await openCheckpoint(folder);
  assert.match(identity, /^[0-9a-f]{64}$/);
  assert.equal((await openCheckpoint(copy)).identity, identity);
});

const changes = [
  { name: 'a value of a weight', file: 'vae/diffusion_pytorch_model.safetensors', content: undefined },
  {
    name: 'a config',
    file: 'scheduler/scheduler_config.json',
    content: { _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 },
  },
  { name: 'a tokenizer file', file: 'tokenizer/special_tokens_map.json', content: {} },
];
for (const { name, file, content } of changes) {
  test(`the identity changes with ${name}`, async (t) => {
    const folder = await checkpointFolder(t);
    const { identity } = await openCheckpoint(folder);
    if (content !== undefined) await put(join(folder, file), content);
    else await writeSafetensors(join(folder, file), [tensor('weight', 'F32', Float32Array.of(1, 2, 4))]);
    assert.notEqual((await openCheckpoint(folder)).identity, identity);
  });
}

test('another pipeline is unsupported, naming what is', async (t) => {
  const folder = await checkpointFolder(t);
  await put(join(folder, 'model_index.json'), { _class_name: 'StableDiffusionXLPipeline' });
  const message =
    /model_index\.json: _class_name: .*"FluxPipeline"\|"FluxFillPipeline".*found "StableDiffusionXLPipeline"/;
  await assert.rejects(openCheckpoint(folder), { code: 'unsupported', message });
});

for (const path of [
  'model_index.json',
  'scheduler',
  'text_encoder/config.json',
  'text_encoder/model.safetensors',
  'text_encoder_2',
  'tokenizer',
  'tokenizer_2',
  'transformer',
  'vae/diffusion_pytorch_model.safetensors',
]) {
  test(`a checkpoint without ${path} says what is missing and what a folder holds`, async (t) => {
    const folder = await checkpointFolder(t);
    await rm(join(folder, path), { recursive: true });
    await assert.rejects(openCheckpoint(folder), ({ code, message }) => {
      assert.equal(code, 'not-found');
      assert.ok(message.includes(join(folder, path.split('/')[0] ?? '')), message);
      assert.match(message, /a diffusers folder holds model_index\.json and the folders scheduler, text_encoder/);
      return true;
    });
  });
}

const misfits = [
  {
    file: 'transformer',
    json: { joint_attention_dim: 32, pooled_projection_dim: 8 },
    says: /joint_attention_dim: expected 16 \(d_model of text_encoder_2\), found 32/,
  },
  {
    file: 'transformer',
    json: { joint_attention_dim: 16, pooled_projection_dim: 16 },
    says: /pooled_projection_dim: expected 8/,
  },
  {
    file: 'transformer',
    json: { joint_attention_dim: 16, pooled_projection_dim: 8, in_channels: 384, out_channels: 64 },
    says: /in_channels: expected 64 \(what a FluxPipeline has\), found 384/,
  },
  {
    file: 'transformer',
    json: { joint_attention_dim: 16, pooled_projection_dim: 8, out_channels: 32 },
    says: /out_channels: expected 64/,
  },
  { file: 'vae', json: { latent_channels: 16 }, says: /block_out_channels\.length: expected 4 \(levels\), found 1/ },
] as const;
for (const { file, json, says } of misfits) {
  test(`a ${file} with ${JSON.stringify(json)} does not fit the rest`, async (t) => {
    const folder = await checkpointFolder(t);
    const name = file === 'vae' ? 'AutoencoderKL' : 'FluxTransformer2DModel';
    await put(join(folder, file, 'config.json'), { _class_name: name, ...json });
    await assert.rejects(openCheckpoint(folder), { code: 'unsupported', message: says });
  });
}

test('a fill pipeline wants the channels of image and mask beside the latents', async (t) => {
  const folder = await checkpointFolder(t);
  const index = join(folder, 'model_index.json');
  await put(index, (await readFile(index, 'utf8')).replace('FluxPipeline', 'FluxFillPipeline'));
  await assert.rejects(openCheckpoint(folder), {
    code: 'unsupported',
    message: /in_channels: expected 384 .*found 64/,
  });
});

test('a tokenizer with more ids than its encoder has rows is refused when it is loaded', async (t) => {
  const folder = await checkpointFolder(t);
  await put(join(folder, 'text_encoder/config.json'), { hidden_size: 8, num_attention_heads: 2, vocab_size: 1013 });
  const checkpoint = await openCheckpoint(folder);
  await assert.rejects(checkpoint.clipTokenizer(), { code: 'invalid', message: /1014 ids, .* vocab_size of 1013/ });
});

test('a published folder without a fast CLIP tokenizer opens as well', async (t) => {
  const folder = await checkpointFolder(t);
  const fast = await (await openCheckpoint(folder)).clipTokenizer();
  await unlink(join(folder, 'tokenizer/tokenizer.json'));
  const slow = await (await openCheckpoint(folder)).clipTokenizer();
  assert.deepEqual(slow.encode('A Red FOX, Oil Painting.'), fast.encode('A Red FOX, Oil Painting.'));
});
