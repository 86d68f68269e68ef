import assert from 'node:assert/strict';
import { mkdir, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { mappableWeights } from './mappable.ts';
import { type TensorSource, writeSafetensors } from './safetensors-writer.ts';
import { readBytes } from './tensor-data.ts';
import { fileBytes, fixtures, put, temporaryFolder, tensor } from './testing.ts';
import { openWeights, type Weights } from './weights.ts';

/** Weights in a folder of their own, and an empty cache beside it. */
async function setUp(t: TestContext, tensors: readonly TensorSource[]) {
  const root = await temporaryFolder(t);
  const source = join(root, 'source/model.safetensors');
  await mkdir(dirname(source));
  await writeSafetensors(source, tensors);
  return { source, cache: join(root, 'cache'), weights: await openWeights(dirname(source), 'model') };
}

async function assertSameValues(found: Weights, want: Weights): Promise<void> {
  assert.deepEqual(found.names(), want.names());
  for (const name of want.names()) {
    assert.deepEqual(found.get(name).shape, want.get(name).shape);
    assert.deepEqual(await found.read(name), await want.read(name));
  }
}

const floats = [tensor('a', 'F32', Float32Array.of(1, 2, 3)), tensor('b', 'F32', new Float32Array(16).fill(4))];
const brains = [
  tensor('odd', 'BF16', Uint16Array.of(0x3f80, 0x4000, 0x7f80)),
  tensor('b', 'BF16', new Uint16Array(32).fill(0x3f80)),
];

test('a float32 file is linked, not copied', async (t) => {
  const { source, cache, weights } = await setUp(t, floats);
  const mapped = await mappableWeights(weights, cache);
  const { path } = mapped.get('a');
  assert.equal(dirname(path), cache);
  assert.equal((await stat(path)).ino, (await stat(source)).ino);
  await assertSameValues(mapped, weights);
});

test('a source that is a symbolic link is followed, so that the file itself lies in the folder', async (t) => {
  const { source, cache } = await setUp(t, floats);
  const linked = await temporaryFolder(t);
  await symlink(source, join(linked, 'model.safetensors'));
  const mapped = await mappableWeights(await openWeights(linked, 'model'), cache);
  assert.equal((await stat(mapped.get('a').path)).ino, (await stat(source)).ino);
});

test('bfloat16 shards become aligned float32 files with the same values, once', async (t) => {
  const cache = await temporaryFolder(t);
  const weights = await openWeights(join(fixtures, 'text_encoder_2'), 'model');
  const mapped = await mappableWeights(weights, cache);
  await assertSameValues(mapped, weights);
  for (const name of mapped.names()) {
    const { dtype, offset, path } = mapped.get(name);
    assert.deepEqual([dtype, offset % 64, dirname(path)], ['F32', 0, cache]);
  }
  const before = await Promise.all(mapped.files.map(({ path }) => stat(path)));
  const again = await mappableWeights(weights, cache);
  const after = await Promise.all(again.files.map(({ path }) => stat(path)));
  assert.deepEqual(
    after.map(({ ino, mtimeMs }) => [ino, mtimeMs]),
    before.map(({ ino, mtimeMs }) => [ino, mtimeMs]),
  );
  assert.equal((await readdir(cache)).length, 2);
});

test('integers are kept as they are beside widened floats', async (t) => {
  const { cache, weights } = await setUp(t, [...brains, tensor('ids', 'I64', BigInt64Array.of(1n, -2n))]);
  const mapped = await mappableWeights(weights, cache);
  const ref = mapped.get('ids', [2]);
  assert.equal(ref.dtype, 'I64');
  assert.deepEqual(new BigInt64Array((await readBytes(ref)).buffer), BigInt64Array.of(1n, -2n));
  assert.deepEqual(await mapped.read('odd'), Float32Array.of(1, 2, Infinity));
});

test('a float32 file whose data are not aligned is written again', async (t) => {
  const { source, cache } = await setUp(t, floats);
  const bytes = fileBytes(`${JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } })} `, 4);
  assert.notEqual((bytes.length - 4) % 4, 0);
  await put(source, bytes);
  const weights = await openWeights(dirname(source), 'model');
  const mapped = await mappableWeights(weights, cache);
  assert.equal(mapped.get('a').offset % 64, 0);
  await assertSameValues(mapped, weights);
});

for (const [name, tensors] of [
  ['converted', brains],
  ['linked', floats],
] as const) {
  test(`a damaged ${name} file in the cache is made again`, async (t) => {
    const { cache, weights } = await setUp(t, tensors);
    const { path } = (await mappableWeights(weights, cache)).get('b');
    await rm(path);
    await writeFile(path, 'half a file');
    await assertSameValues(await mappableWeights(weights, cache), weights);
  });
}

test('other values of the same layout, size and time get a file of their own', async (t) => {
  const { source, cache, weights } = await setUp(t, brains);
  const time = new Date(0);
  await utimes(source, time, time);
  const first = await mappableWeights(await openWeights(dirname(source), 'model'), cache);
  const fineTuned = brains.map(({ name, shape }) => tensor(name, 'BF16', new Uint16Array(shape[0] ?? 0).fill(0x4000)));
  await writeSafetensors(source, fineTuned);
  await utimes(source, time, time);
  const second = await mappableWeights(await openWeights(dirname(source), 'model'), cache);
  assert.deepEqual(await second.read('odd'), Float32Array.of(2, 2, 2));
  assert.notEqual(second.get('odd').path, first.get('odd').path);
  assert.deepEqual(weights.names(), second.names());
});

test('many callers at once all get whole files, and nothing else is left', async (t) => {
  for (const tensors of [brains, floats]) {
    const { cache, weights } = await setUp(t, tensors);
    const all = await Promise.all(Array.from({ length: 8 }, () => mappableWeights(weights, cache)));
    for (const mapped of all) await assertSameValues(mapped, weights);
    assert.equal((await readdir(cache)).length, 1);
  }
});

test('an element type that would be rounded is refused before anything is written', async (t) => {
  const { cache, weights } = await setUp(t, [...brains, tensor('double', 'F64', Float64Array.of(1))]);
  await assert.rejects(mappableWeights(weights, cache), { code: 'unsupported', message: /double: .* found F64/ });
  assert.deepEqual(await readdir(cache), []);
});

test('a call that is cancelled leaves nothing behind', async (t) => {
  const { cache, weights } = await setUp(t, brains);
  await assert.rejects(mappableWeights(weights, cache, AbortSignal.abort()), { name: 'AbortError' });
  assert.deepEqual(await readdir(cache), []);
});

test('what a dead writer left is swept, what a living one writes is not', async (t) => {
  const { cache, weights } = await setUp(t, floats);
  await put(join(cache, 'old.partial'), 'x');
  await put(join(cache, 'new.partial'), 'x');
  await utimes(join(cache, 'old.partial'), 0, 0);
  await mappableWeights(weights, cache);
  const names = await readdir(cache);
  assert.deepEqual([names.includes('old.partial'), names.includes('new.partial')], [false, true]);
});
