import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { type AutoencoderConfig, openCheckpoint, openWeights, type Weights } from '@instgenie/checkpoint';
import { buildVaeDecoderGraph, buildVaeEncoderGraph } from '@instgenie/diffusion';
import { Tensor } from 'onnxruntime-node';
import { assertClose, floats, golden, TestGraph, tinyCheckpoint } from './graph-testing.ts';

interface Autoencoder {
  readonly config: AutoencoderConfig;
  readonly weights: Weights;
}

let plain: Autoencoder;
let attentive: Autoencoder;
before(async () => {
  const { configs, weights } = await openCheckpoint(tinyCheckpoint('flux-schnell'));
  plain = { config: configs.autoencoder, weights: weights.autoencoder };
  attentive = {
    config: { ...configs.autoencoder, levelChannels: [16, 16, 32, 32], hasMidAttention: true },
    weights: await openWeights(join(tinyCheckpoint('flux-dev'), 'vae'), 'diffusion_pytorch_model'),
  };
});

const encoder = ({ config, weights }: Autoencoder) =>
  TestGraph.open(weights, (mapped) => buildVaeEncoderGraph(config, mapped));
const decoder = ({ config, weights }: Autoencoder) =>
  TestGraph.open(weights, (mapped) => buildVaeDecoderGraph(config, mapped));

/** The sequence [1, tokens, channels] of a square picture as [1, rows, columns, channels]. */
function grid(sequence: Tensor): Tensor {
  const [, tokens = 0, channels = 0] = sequence.dims;
  return new Tensor('float32', floats(sequence), [1, Math.sqrt(tokens), Math.sqrt(tokens), channels]);
}

/** Latents [1, channels, height, width] as tokens, the plain way. */
function packed(latents: Tensor): Tensor {
  const [, channels = 0, height = 0, width = 0] = latents.dims;
  const result = new Float32Array(latents.size);
  for (const [index, value] of floats(latents).entries()) {
    const [c, y, x] = [Math.floor(index / (height * width)), Math.floor(index / width) % height, index % width];
    const token = Math.floor(y / 2) * (width / 2) + Math.floor(x / 2);
    result[(token * channels + c) * 4 + (y % 2) * 2 + (x % 2)] = value;
  }
  return new Tensor('float32', result, [1, height / 2, width / 2, 4 * channels]);
}

/** A smooth picture in [-1, 1]. */
function picture(height: number, width: number, phase: number): Float32Array {
  return Float32Array.from({ length: 3 * height * width }, (_, index) => {
    const [y, x] = [Math.floor(index / width) % height, index % width];
    return Math.sin(0.2 * y + 0.1 * x + phase + Math.floor(index / (height * width)));
  });
}

for (const [name, open] of [
  ['flux-schnell', () => plain],
  ['flux-dev', () => attentive],
] as const) {
  test(`the autoencoder of ${name} agrees with the reference, both ways`, async () => {
    const wanted = await golden(name, 'vae-64x64');
    await using encode = await encoder(open());
    const tokens = (await encode.run(wanted('pixels')))('tokens');
    assert.deepEqual(tokens.dims, [1, 4, 4, 64]);
    assertClose(tokens, wanted('packed'), 2e-4);
    await using decode = await decoder(open());
    const image = (await decode.run(packed(wanted('z'))))('image');
    assert.deepEqual(image.dims, [1, 3, 64, 64]);
    assertClose(image, wanted('decoded'), 1e-4);
    assertClose((await decode.run(grid(wanted('packed'))))('image'), wanted('reconstructed'), 1e-4);
  });
}

test('pictures in a batch come out as they would alone', async () => {
  const [height, width] = [32, 80];
  const pictures = [picture(height, width, 0), picture(height, width, 1)];
  const tensor = (values: readonly Float32Array[]) =>
    new Tensor('float32', Float32Array.from(values.flatMap((part) => [...part])), [values.length, 3, height, width]);
  await using encode = await encoder(attentive);
  await using decode = await decoder(attentive);
  const roundTrip = async (image: Tensor) => {
    const tokens = (await encode.run(image))('tokens');
    assert.deepEqual(tokens.dims, [image.dims[0], height / 16, width / 16, 64]);
    return (await decode.run(tokens))('image');
  };
  const together = floats(await roundTrip(tensor(pictures)));
  for (const [index, one] of pictures.entries()) {
    const part = together.slice(index * one.length, (index + 1) * one.length);
    const alone = await roundTrip(tensor([one]));
    assertClose(new Tensor('float32', part, alone.dims), alone, 1e-5);
  }
});

test('a picture of one colour, as of a mask that covers everything, has finite latents', async () => {
  await using encode = await encoder(attentive);
  const tokens = (await encode.run(new Tensor('float32', new Float32Array(3 * 64 * 64), [1, 3, 64, 64])))('tokens');
  assert(floats(tokens).every((value) => Math.abs(value) < 100));
});
