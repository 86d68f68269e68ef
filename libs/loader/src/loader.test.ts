import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mask, type Picture, picture, type VariantKey } from '@instgenie/domain';
import { allKinds, Edit, type EditSpec, Engine, runEdit, type TemplateSpec } from '@instgenie/engine';
import { ActivationStore } from '@instgenie/store';
import { storedTemplate } from './stored-template.ts';
import { variantKeyOf } from './variant-key.ts';

const tiny = fileURLToPath(new URL('../../diffusion/fixtures/checkpoints/flux-schnell', import.meta.url));
const mib = 1024 ** 2;
/** A busy machine must not make a read late. */
const patienceMs = 30_000;
let folder: string;
let engine: Engine;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'instgenie-loader-'));
  engine = await Engine.open({ folder: tiny, cache: join(folder, 'models'), threads: 2, storage: 'int8' });
});
after(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const openStore = (name: string, fields: { memoryBytesMax?: number; diskBytesMax?: number } = {}) =>
  ActivationStore.open({
    root: join(folder, name),
    memoryBytesMax: 16 * mib,
    diskBytesMax: 64 * mib,
    readDeadlineMs: patienceMs,
    ...fields,
  });

function testPicture(seed = 1): Picture {
  const [width, height] = [80, 48];
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, at) => (Math.imul(at + seed, 2654435761) >>> 13) & 255,
  );
  return picture({ width, height, channels: 3, data });
}

const spec = (fields: Partial<TemplateSpec> = {}): TemplateSpec => ({
  picture: testPicture(),
  steps: 3,
  guidance: 0,
  textRows: 16,
  ...fields,
});

const square = (from: number, to: number) =>
  mask({
    width: 80,
    height: 48,
    bits: Uint8Array.from({ length: 80 * 48 }, (_, at) => Number(at % 80 >= from && at % 80 < to && at < 80 * 20)),
  });

/** Runs an edit with the store; what it ends as, and how its template was found. */
async function run(store: ActivationStore, template = spec(), edit: Partial<EditSpec> = {}) {
  await using stored = await storedTemplate(engine, store, template);
  await using running = await Edit.prepare(engine, stored.template, {
    mask: square(20, 50),
    prompt: 'a red fox',
    seed: 7,
    ...edit,
  });
  await runEdit(engine, running);
  return { latents: running.state.latents.slice(), cache: running.cache, failure: stored.keeper.failure };
}

test('the first edit is cold and keeps its template; the next is warm with the same bytes, also from disk', async () => {
  let first: Awaited<ReturnType<typeof run>>;
  {
    await using store = await openStore('warm');
    first = await run(store);
    assert.equal(first.cache, 'cold');
    const second = await run(store);
    assert.deepEqual([second.cache, second.latents], ['warm', first.latents]);
    assert.equal(store.counts().chunksFromDisk, 0);
  }
  await using store = await openStore('warm');
  const third = await run(store);
  assert.deepEqual([third.cache, third.latents], ['warm', first.latents]);
  assert.ok(store.counts().chunksFromDisk > 0);
});

test('picture and mask are encoded once, for every process', async () => {
  const wanted = await (async () => {
    await using store = await openStore('encodings');
    return await run(store);
  })();
  await using store = await openStore('encodings');
  await using stored = await storedTemplate(engine, store, spec());
  const encode = () => Promise.reject(new Error('it is encoded again'));
  const x0 = await stored.keeper.encoded('picture', encode);
  assert.deepEqual(x0, new Float32Array(stored.template.state.x0));
  assert.deepEqual((await run(store)).latents, wanted.latents);
  assert.equal(await store.remove(stored.keeper.variant.key), true);
  await assert.rejects(stored.keeper.encoded('picture', encode), /encoded again/);
});

test('edits with other plans, masks and strengths share the variant, thin ones and those with hidden states too', async () => {
  await using store = await openStore('plans');
  const template = spec({ kinds: allKinds, keepEvery: 2, steps: 4 });
  const plan = Array.from({ length: 4 }, () =>
    engine.model.denoiser.blocks.map((_, block) => (['full', 'kv', 'x'] as const)[block % 3] ?? 'kv'),
  );
  // The first step of two that share a kept one is computed, and the second finds it.
  assert.equal((await run(store, template)).cache, 'partial');
  for (const edit of [{ plan }, { mask: square(0, 16) }, { strength: 0.6 }, { seed: 9, prompt: 'snow' }]) {
    assert.equal((await run(store, template, edit)).cache, 'warm');
  }
  assert.equal(store.variants().length, 1);
});

test('an edit that starts late keeps what it computes, and the next one completes the variant', async () => {
  await using store = await openStore('late');
  const late = await run(store, spec(), { strength: 0.4 });
  assert.equal(late.cache, 'cold');
  assert.equal(store.variants().length, 0);
  await run(store);
  assert.equal((await run(store, spec(), { strength: 0.4 })).cache, 'warm');
});

test('memory too small for a step is used as a ring, and memory too small for anything means computing', async () => {
  let wanted: Float32Array;
  {
    await using store = await openStore('small');
    wanted = (await run(store)).latents;
  }
  for (const [memoryBytesMax, cache] of [
    [3 * 4096 * 2, 'warm'],
    [4096, 'cold'],
  ] as const) {
    await using store = await openStore('small', { memoryBytesMax });
    const found = await run(store);
    assert.deepEqual([found.cache, found.latents], [cache, wanted]);
  }
});

test('damaged files change no byte, and what was lost is kept again', async () => {
  let first: Awaited<ReturnType<typeof run>>;
  {
    await using store = await openStore('damage');
    first = await run(store);
  }
  const root = join(folder, 'damage', 'variants');
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.step'));
  assert.equal(files.length, 3);
  for (const name of files.slice(1)) await truncate(join(root, name), 3 * 4096);
  {
    await using again = await openStore('damage');
    const found = await run(again);
    assert.deepEqual(found.latents, first.latents);
    assert.equal(found.cache, 'partial');
    assert.equal((await run(again)).cache, 'warm');
  }
  await using later = await openStore('damage');
  assert.equal((await run(later)).cache, 'warm');
});

test('where the store has no room an edit goes on, and says why nothing is kept', async () => {
  await using store = await openStore('full', { diskBytesMax: 8192 });
  const found = await run(store);
  assert.equal(found.cache, 'cold');
  assert.match(found.failure?.message ?? '', /do not fit the budget/);
});

test('every part of a key changes it, strength has no part in it, and neighbouring parts cannot be mixed up', () => {
  const base = spec();
  const keys = new Set<VariantKey>();
  const other = { model: { ...engine.model, identity: 'other' }, fingerprint: engine.fingerprint };
  const changes: readonly Partial<Parameters<typeof variantKeyOf>[1]>[] = [
    {},
    { picture: testPicture(2) },
    { prompt: 'a' },
    { steps: 4 },
    { guidance: 1 },
    { textRows: 17 },
    { noiseSeed: 1 },
    { kinds: allKinds },
    { keepEvery: 2 },
    { tenantSalt: 'a' },
    { tenantSalt: '0', prompt: '' },
    { noiseSeed: 0, prompt: '0' },
  ];
  for (const change of changes) keys.add(variantKeyOf(engine, { ...base, ...change }));
  keys.add(variantKeyOf(other, base));
  keys.add(variantKeyOf({ model: engine.model, fingerprint: 'other' }, base));
  assert.equal(keys.size, changes.length + 2);
  assert.throws(() => variantKeyOf(engine, { ...base, prompt: 'half \ud83d' }), { code: 'invalid', field: 'prompt' });
  assert.equal(variantKeyOf(engine, base), variantKeyOf(engine, { ...base, noiseSeed: 0, prompt: '', keepEvery: 1 }));
});
