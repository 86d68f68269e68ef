import assert from 'node:assert/strict';
import test from 'node:test';
import { autoencoderSchema } from './autoencoder.ts';
import { clipSchema } from './clip.ts';
import { parseConfig } from './parse.ts';
import { pipelineSchema } from './pipeline.ts';
import { schedulerSchema } from './scheduler.ts';
import { t5Schema } from './t5.ts';
import { transformerSchema } from './transformer.ts';

const path = 'x/config.json';
const transformer = { _class_name: 'FluxTransformer2DModel' };
const autoencoder = { _class_name: 'AutoencoderKL' };
const scheduler = { _class_name: 'FlowMatchEulerDiscreteScheduler' };
const t5 = { feed_forward_proj: 'gated-gelu' };

test('absent keys have the defaults of diffusers and transformers', () => {
  assert.deepEqual(parseConfig({ ...transformer, extra: 1 }, { path, schema: transformerSchema }), {
    heads: 24,
    headDim: 128,
    ropeAxes: [16, 56, 56],
    doubleBlocks: 19,
    singleBlocks: 38,
    inChannels: 64,
    outChannels: 64,
    textDim: 4096,
    pooledDim: 768,
    hasGuidance: false,
  });
  assert.deepEqual(parseConfig(autoencoder, { path, schema: autoencoderSchema }), {
    levelChannels: [64],
    layersPerLevel: 1,
    latentChannels: 4,
    normGroups: 32,
    scalingFactor: 0.18215,
    shiftFactor: 0,
    hasQuantConv: true,
    hasPostQuantConv: true,
    hasMidAttention: true,
    sampleSize: 512,
  });
  assert.deepEqual(parseConfig({}, { path, schema: clipSchema }), {
    width: 512,
    mlpWidth: 2048,
    heads: 8,
    layers: 12,
    vocabulary: 49408,
    positions: 77,
    normEpsilon: 1e-5,
    eosTokenId: 49407,
  });
  assert.deepEqual(parseConfig(t5, { path, schema: t5Schema }), {
    width: 512,
    mlpWidth: 2048,
    heads: 8,
    headDim: 64,
    layers: 6,
    vocabulary: 32128,
    normEpsilon: 1e-6,
    buckets: 32,
    maxDistance: 128,
  });
  assert.deepEqual(parseConfig(scheduler, { path, schema: schedulerSchema }), {
    trainTimesteps: 1000,
    shift: 1,
    isDynamic: false,
    baseShift: 0.5,
    baseTokens: 256,
    maxShift: 1.15,
    maxTokens: 4096,
  });
});

test('what a config says replaces the defaults', () => {
  const fill = { ...transformer, in_channels: 384, out_channels: 64, guidance_embeds: true, num_single_layers: 8 };
  const parsed = parseConfig(fill, { path, schema: transformerSchema });
  assert.deepEqual(
    [parsed.inChannels, parsed.outChannels, parsed.hasGuidance, parsed.singleBlocks],
    [384, 64, true, 8],
  );
  const vae = { ...autoencoder, shift_factor: -0.015, use_quant_conv: false, mid_block_add_attention: false };
  const { shiftFactor, hasQuantConv, hasPostQuantConv, hasMidAttention } = parseConfig(vae, {
    path,
    schema: autoencoderSchema,
  });
  assert.deepEqual([shiftFactor, hasQuantConv, hasPostQuantConv, hasMidAttention], [-0.015, false, true, false]);
});

const refused = [
  {
    schema: schedulerSchema,
    json: { ...scheduler, use_karras_sigmas: true },
    field: 'use_karras_sigmas',
    says: 'expected false, found true',
  },
  {
    schema: schedulerSchema,
    json: { ...scheduler, use_beta_sigmas: true },
    field: 'use_beta_sigmas',
    says: 'found true',
  },
  {
    schema: schedulerSchema,
    json: { ...scheduler, use_exponential_sigmas: true },
    field: 'use_exponential_sigmas',
    says: 'found true',
  },
  { schema: schedulerSchema, json: { ...scheduler, invert_sigmas: true }, field: 'invert_sigmas', says: 'found true' },
  {
    schema: schedulerSchema,
    json: { ...scheduler, stochastic_sampling: true },
    field: 'stochastic_sampling',
    says: 'found true',
  },
  {
    schema: schedulerSchema,
    json: { ...scheduler, shift_terminal: 0.02 },
    field: 'shift_terminal',
    says: 'expected null, found 0.02',
  },
  {
    schema: schedulerSchema,
    json: { ...scheduler, time_shift_type: 'linear' },
    field: 'time_shift_type',
    says: 'found "linear"',
  },
  {
    schema: schedulerSchema,
    json: { ...scheduler, max_image_seq_len: 256 },
    field: 'max_image_seq_len',
    says: 'expected more than base_image_seq_len, 256, found 256',
  },
  {
    schema: schedulerSchema,
    json: { _class_name: 'DDIMScheduler' },
    field: '_class_name',
    says: 'found "DDIMScheduler"',
  },
  {
    schema: transformerSchema,
    json: { ...transformer, patch_size: 2 },
    field: 'patch_size',
    says: 'expected 1, found 2',
  },
  {
    schema: transformerSchema,
    json: { ...transformer, attention_head_dim: 64 },
    field: 'axes_dims_rope',
    says: 'sum of attention_head_dim, 64',
  },
  {
    schema: transformerSchema,
    json: { ...transformer, axes_dims_rope: [17, 55, 56] },
    field: 'axes_dims_rope',
    says: 'even numbers',
  },
  {
    schema: transformerSchema,
    json: { ...transformer, quantization_config: { quant_method: 'bitsandbytes' } },
    field: 'quantization_config',
    says: 'expected null',
  },
  {
    schema: autoencoderSchema,
    json: { ...autoencoder, act_fn: 'gelu' },
    field: 'act_fn',
    says: 'expected "silu", found "gelu"',
  },
  {
    schema: autoencoderSchema,
    json: { ...autoencoder, in_channels: 4 },
    field: 'in_channels',
    says: 'expected 3, found 4',
  },
  {
    schema: autoencoderSchema,
    json: { ...autoencoder, latents_mean: [0] },
    field: 'latents_mean',
    says: 'expected null, found [0]',
  },
  {
    schema: autoencoderSchema,
    json: { ...autoencoder, down_block_types: ['AttnDownEncoderBlock2D'] },
    field: 'down_block_types.0',
    says: 'found "AttnDownEncoderBlock2D"',
  },
  {
    schema: autoencoderSchema,
    json: { ...autoencoder, block_out_channels: [64, 64] },
    field: 'down_block_types',
    says: 'expected 2 blocks',
  },
  {
    schema: autoencoderSchema,
    json: { ...autoencoder, block_out_channels: [40] },
    field: 'block_out_channels',
    says: 'multiples of norm_num_groups, 32',
  },
  {
    schema: clipSchema,
    json: { hidden_act: 'gelu' },
    field: 'hidden_act',
    says: 'expected "quick_gelu", found "gelu"',
  },
  {
    schema: clipSchema,
    json: { hidden_size: 100 },
    field: 'hidden_size',
    says: 'a multiple of num_attention_heads, 8',
  },
  { schema: t5Schema, json: {}, field: 'feed_forward_proj', says: 'expected "gated-gelu", found nothing' },
  {
    schema: t5Schema,
    json: { ...t5, relative_attention_num_buckets: 30 },
    field: 'relative_attention_num_buckets',
    says: 'a multiple of 4',
  },
  {
    schema: pipelineSchema,
    json: { _class_name: 'StableDiffusion3Pipeline' },
    field: '_class_name',
    says: '"FluxFillPipeline"',
  },
] as const;

for (const { schema, json, field, says } of refused) {
  test(`a config with ${JSON.stringify(json)} is unsupported, naming ${field}`, () => {
    assert.throws(
      () => parseConfig<unknown>(json, { path, schema }),
      ({ code, field: found, message }) => {
        assert.deepEqual([code, found], ['unsupported', field]);
        assert.ok(message.startsWith(`${path}: ${field}: `) && message.includes(says), message);
        return true;
      },
    );
  });
}

test('values of a false type are invalid, and all of them are named at once', () => {
  const json = { ...transformer, in_channels: '64', num_layers: -1, num_single_layers: 1.5, attention_head_dim: 1e9 };
  assert.throws(() => parseConfig(json, { path, schema: transformerSchema }), {
    code: 'invalid',
    message:
      /attention_head_dim: .*found 1000000000; in_channels: expected number, received string, found "64"; num_layers: .*found -1; num_single_layers: .*found 1.5/,
  });
  assert.throws(() => parseConfig([], { path, schema: clipSchema }), {
    code: 'invalid',
    message: /the whole: expected object/,
  });
});
