import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Plan, ServiceError, uniformPlan } from '@instgenie/domain';
import fc from 'fast-check';
import { allKinds } from './activation-layout.ts';
import { StepActivations } from './activations.ts';
import { Edit, type EditSpec, runEdit } from './edit.ts';
import type { Engine } from './engine.ts';
import { sharedFloats } from './shared.ts';
import type { Template } from './template.ts';
import { testPicture, tinyEngine, tinyTemplate, tokenMask } from './testing.ts';

let opened: Awaited<ReturnType<typeof tinyEngine>>;
let engine: Engine;
before(async () => {
  opened = await tinyEngine();
  engine = opened.engine;
});
after(() => opened[Symbol.asyncDispose]());

async function latentsOf(template: Template, spec: EditSpec, by: Engine = engine): Promise<Float32Array> {
  await using edit = await Edit.prepare(by, template, spec);
  await runEdit(by, edit);
  return edit.state.latents.slice();
}

const spec = (template: Template, tokens: readonly number[], fields: Partial<EditSpec> = {}): EditSpec => ({
  mask: tokenMask(template.spec.picture, tokens),
  prompt: 'a red fox',
  seed: 7,
  ...fields,
});

const blocks = () => engine.model.denoiser.blocks.length;
const mixedPlan = (): Plan => [
  Array.from({ length: blocks() }, (_, block) => (['full', 'kv', 'x'] as const)[block % 3] ?? 'kv'),
  uniformPlan('x', { steps: 1, blocks: blocks() })[0] ?? [],
  Array.from({ length: blocks() }, (_, block) => (block % 2 === 0 ? 'kv' : 'full')),
];

test('cold, warm and recomputed edits give the same bytes', async () => {
  for (const plan of [uniformPlan('kv', { steps: 3, blocks: blocks() }), mixedPlan()]) {
    await using cold = await tinyTemplate(engine, { kinds: allKinds });
    await using primed = await tinyTemplate(engine, { kinds: allKinds });
    await primed.prime();
    const tokens = [1, 2, 6, 7, 13];
    const first = await latentsOf(cold, spec(cold, tokens, { plan }));
    assert.deepEqual(await latentsOf(cold, spec(cold, tokens, { plan })), first);
    assert.deepEqual(await latentsOf(primed, spec(primed, tokens, { plan })), first);
  }
});

test('an edit goes on from any of its checkpoints on another engine, and ends with the same bytes', async () => {
  await using other = await tinyEngine({ threads: 1 });
  await using here = await tinyTemplate(engine, { steps: 5 });
  await using there = await tinyTemplate(other.engine, { steps: 5 });
  await here.prime();
  const fields = spec(here, [1, 2, 6, 7, 13], { strength: 0.8 });
  await using edit = await Edit.prepare(engine, here, fields);
  const checkpoints = [edit.checkpoint()];
  await runEdit(engine, edit, { onStep: () => checkpoints.push(edit.checkpoint()) });
  assert.equal(checkpoints.length, 5);
  for (const checkpoint of checkpoints) {
    for (const [by, template] of [
      [other.engine, there],
      [engine, here],
    ] as const) {
      await using again = await Edit.prepare(by, template, fields);
      again.restore(structuredClone(checkpoint));
      await runEdit(by, again);
      assert.deepEqual(again.state.latents.slice(), edit.state.latents.slice());
    }
  }
});

test('a checkpoint that cannot be of the edit is refused', async () => {
  await using template = await tinyTemplate(engine);
  await using edit = await Edit.prepare(engine, template, spec(template, [1, 2]));
  const right = edit.checkpoint();
  for (const wrong of [{ stepsDone: 4 }, { stepsDone: -1 }, { stepsDone: 0.5 }, { latents: new Float32Array(3) }]) {
    assert.throws(() => edit.restore({ ...right, ...wrong }), { code: 'invalid', field: 'checkpoint' });
  }
});

test('several edits that fill one cold template together all keep the same activations', async () => {
  await using wanted = await tinyTemplate(engine, { kinds: allKinds });
  await wanted.prime();
  await using template = await tinyTemplate(engine, { kinds: allKinds });
  const specs = [[4, 5], [1, 9, 10], [2]].map((tokens) => spec(template, tokens));
  const edits = [];
  for (const fields of specs) edits.push(await Edit.prepare(engine, template, fields));
  while (edits.some((edit) => edit.stepsDone < edit.stepsTotal)) {
    const items = edits.map((edit) => edit.nextItem());
    await engine.step(items);
    for (const [index, edit] of edits.entries()) await edit.settle(items[index] ?? edit.nextItem());
  }
  for (const [index, edit] of edits.entries()) {
    assert.deepEqual(edit.state.latents.slice(), await latentsOf(wanted, specs[index] ?? spec(wanted, [0])));
    await edit[Symbol.asyncDispose]();
  }
  for (let step = 0; step < 3; step++) {
    const [kept, same] = [template, wanted].map(({ keeper }) => keeper.borrow(step, [])?.activations.buffer);
    assert.ok(kept !== undefined && same !== undefined);
    assert.deepEqual(new Uint8Array(kept), new Uint8Array(same));
  }
});

test('an edit may need more of its template than is kept, cold and warm', async () => {
  const plan = uniformPlan('x', { steps: 3, blocks: blocks() });
  await using whole = await tinyTemplate(engine, { kinds: allKinds });
  await using kept = await tinyTemplate(engine);
  const wanted = await latentsOf(whole, spec(whole, [3, 4], { plan }));
  for (const _ of ['cold', 'warm']) assert.deepEqual(await latentsOf(kept, spec(kept, [3, 4], { plan })), wanted);
  assert.equal(kept.keeper.borrow(0, ['kv'])?.activations.has('hidden'), false);
  assert.equal(kept.keeper.borrow(0, ['x']), undefined);
  assert.equal((await latentsOf(kept, spec(kept, [3, 4]))).length, kept.state.x0.length);
});

test('a template forward for an edit is not kept when no memory is given for it, and gives the same bytes', async () => {
  await using template = await tinyTemplate(engine);
  const wanted = await latentsOf(template, spec(template, [4, 5]));
  await using edit = await Edit.prepare(engine, template, spec(template, [4, 5]));
  const item = edit.nextItem();
  for (let step = 0; step < 3; step++) {
    await engine.step([{ ...item, source: { kind: 'template', kept: step }, step }]);
  }
  assert.deepEqual(edit.state.latents.slice(), wanted);
});

test('an edit alone and in any batch gives the same bytes', { timeout: 120_000 }, async () => {
  const templates = [
    await tinyTemplate(engine, { kinds: allKinds }),
    await tinyTemplate(engine, { kinds: allKinds, picture: testPicture(64, 64, 2), steps: 2, noiseSeed: 9 }),
    await tinyTemplate(engine, { kinds: allKinds, picture: testPicture(48, 32, 3), textRows: 9, prompt: 'a lake' }),
  ];
  for (const template of templates.slice(0, 2)) await template.prime();
  const pick = fc.record({
    template: fc.nat(2),
    share: fc.integer({ min: 1, max: 100 }),
    seed: fc.nat(5),
    prompt: fc.constantFrom('a red fox', '', 'snow on a roof'),
    plan: fc.constantFrom('kv', 'x', 'full', 'mixed'),
    joinsAt: fc.nat(4),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(pick, { minLength: 2, maxLength: 8 }), async (picks) => {
      const pending = [];
      for (const { template: index, share, seed, prompt, plan, joinsAt } of picks) {
        const template = templates[index];
        assert.ok(template !== undefined);
        const tokens = Array.from({ length: template.state.tokens }, (_, token) => token);
        const chosen = tokens.filter((token) => (token * 37 + seed * 11) % 100 < share);
        const { steps } = template.spec;
        const mode = plan === 'mixed' ? undefined : (plan as 'kv');
        const chosenPlan =
          mode === undefined ? mixedPlan().slice(0, steps) : uniformPlan(mode, { steps, blocks: blocks() });
        const fields = { seed, prompt, plan: chosenPlan };
        const wanted = spec(template, chosen.length > 0 ? chosen : [0], fields);
        const alone = await latentsOf(template, wanted);
        pending.push({ edit: await Edit.prepare(engine, template, wanted), alone, joinsAt });
      }
      for (let round = 0; pending.some(({ edit }) => edit.stepsDone < edit.stepsTotal); round++) {
        const batch = pending.filter(({ edit, joinsAt }) => joinsAt <= round && edit.stepsDone < edit.stepsTotal);
        const items = batch.map(({ edit }) => edit.nextItem());
        if (items.length > 0) await engine.step(items);
        for (const [index, { edit }] of batch.entries()) {
          const item = items[index];
          if (item !== undefined) await edit.settle(item);
        }
      }
      for (const { edit, alone } of pending) {
        assert.deepEqual(edit.state.latents.slice(), alone);
        await edit[Symbol.asyncDispose]();
      }
    }),
    { numRuns: 25, seed: 20601 },
  );
});

test('one and two threads give the same bytes', async () => {
  await using other = await tinyEngine({ threads: 1 });
  for (const tokens of [[3], [0, 1, 2], [0, 4, 5, 9, 10, 14]]) {
    await using here = await tinyTemplate(engine);
    await using there = await tinyTemplate(other.engine);
    assert.deepEqual(
      await latentsOf(there, spec(there, tokens), other.engine),
      await latentsOf(here, spec(here, tokens)),
    );
  }
});

test("with the template's own prompt and noise, any masked rows repeat the template's first forward to the bit", async () => {
  await using template = await tinyTemplate(engine, { prompt: 'a lake', picture: testPicture(144, 80) });
  const { tokens } = template.state;
  const capture = StepActivations.inOnePiece(template.shape).shared();
  const velocity = sharedFloats(template.state.x0.length);
  await engine.step([{ kind: 'prime', template: template.state.id, step: 0, capture, velocity }]);
  for (const count of [1, 2, 3, 4, 5, 16, 17, 33, tokens]) {
    const chosen = Array.from({ length: count }, (_, at) => Math.floor((at * tokens) / count));
    await using edit = await Edit.prepare(
      engine,
      template,
      spec(template, chosen, { prompt: 'a lake', seed: 'template' }),
    );
    const before = edit.state.latents.slice();
    await engine.step([{ ...edit.nextItem(), source: { kind: 'stored', kept: 0, step: capture } }]);
    const delta = Math.fround((template.state.sigmas[1] ?? 0) - (template.state.sigmas[0] ?? 0));
    for (const token of chosen) {
      for (let at = token * 64; at < (token + 1) * 64; at++) {
        assert.equal(edit.state.latents[at], Math.fround((before[at] ?? 0) + Math.fround(delta * (velocity[at] ?? 0))));
      }
    }
  }
});

test('rows outside the mask end as the source has them', async () => {
  await using template = await tinyTemplate(engine);
  const latents = await latentsOf(template, spec(template, [2, 3]));
  for (const [at, value] of template.state.x0.entries()) {
    if (![2, 3].includes(Math.floor(at / 64))) assert.equal(latents[at], value);
  }
});

test('growing a mask keeps the noise inside it', async () => {
  await using template = await tinyTemplate(engine);
  await using small = await Edit.prepare(engine, template, spec(template, [5]));
  await using large = await Edit.prepare(engine, template, spec(template, [4, 5, 6]));
  assert.deepEqual(large.state.latents.slice(5 * 64, 6 * 64), small.state.latents.slice(5 * 64, 6 * 64));
});

test('a preview is the end that the step points at, and the last one is the result', async () => {
  await using template = await tinyTemplate(engine);
  await using edit = await Edit.prepare(engine, template, spec(template, [5, 6]));
  const shown: number[] = [];
  await runEdit(engine, edit, { previewSteps: [1, 3], onPreview: (_, done) => void shown.push(done) });
  assert.deepEqual(shown, [1, 3]);
  await using again = await Edit.prepare(engine, template, spec(template, [5, 6]));
  let last = sharedFloats(0);
  while (again.stepsDone < again.stepsTotal) {
    last = sharedFloats(again.state.latents.length);
    const item = again.nextItem(last);
    await engine.step([item]);
    await again.settle(item);
  }
  for (const [at, value] of again.state.latents.entries()) assert.ok(Math.abs(value - (last[at] ?? 0)) < 1e-5);
});

test('an edit can be stopped between steps', async () => {
  await using template = await tinyTemplate(engine);
  await using edit = await Edit.prepare(engine, template, spec(template, [5]));
  const abort = new AbortController();
  const run = runEdit(engine, edit, { signal: abort.signal, onStep: () => abort.abort() });
  await assert.rejects(run, { name: 'AbortError' });
  assert.equal(edit.stepsDone, 1);
});

for (const { name, fields, field } of [
  { name: 'an empty mask', fields: { mask: tokenMask(testPicture(80, 48), []) }, field: 'mask' },
  { name: 'a mask of another size', fields: { mask: tokenMask(testPicture(64, 48), [1]) }, field: 'mask' },
  { name: 'a strength of 0', fields: { strength: 0 }, field: 'strength' },
  { name: 'a strength that leaves no step', fields: { strength: 0.01 }, field: undefined },
]) {
  test(`${name} ${field === undefined ? 'still runs one step' : 'is refused'}`, async () => {
    await using template = await tinyTemplate(engine);
    const prepared = Edit.prepare(engine, template, spec(template, [1], fields));
    if (field === undefined) {
      assert.equal((await prepared).stepsTotal, 1);
      return;
    }
    await assert.rejects(prepared, (thrown) => thrown instanceof ServiceError && thrown.field === field);
  });
}

test('a picture whose sides are no multiples of 16 is refused', async () => {
  await assert.rejects(tinyTemplate(engine, { picture: testPicture(50, 48) }), /multiples of 16/);
});

test('a picture of one token can be edited, cold, warm and dense alike', async () => {
  await using template = await tinyTemplate(engine, { picture: testPicture(16, 16) });
  const cold = await latentsOf(template, spec(template, [0]));
  assert.deepEqual(await latentsOf(template, spec(template, [0])), cold);
  assert.deepEqual(await latentsOf(template, spec(template, [0], { dense: true })), cold);
});

test('200 edits in a row do not grow the process', { timeout: 120_000 }, async () => {
  await using template = await tinyTemplate(engine);
  await template.prime();
  const grownMib = async (edits: number) => {
    const from = process.memoryUsage().rss;
    for (let edit = 0; edit < edits; edit++) await latentsOf(template, spec(template, [edit % 15, 7], { seed: edit }));
    return (process.memoryUsage().rss - from) / 1024 ** 2;
  };
  await grownMib(100);
  assert.ok((await grownMib(200)) < 24);
});
