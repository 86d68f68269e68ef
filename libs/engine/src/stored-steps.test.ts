import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkGate, type Plan, type StorageType, uniformPlan } from '@instgenie/domain';
import { allKinds } from './activation-layout.ts';
import { StepActivations } from './activations.ts';
import { Edit, type EditSpec, runEdit } from './edit.ts';
import type { Engine } from './engine.ts';
import { MemoryKeeper } from './step-keeper.ts';
import type { Template } from './template.ts';
import { tinyEngine, tinyTemplate, tokenMask } from './testing.ts';

const spec = (template: Template, tokens: readonly number[], plan?: Plan): EditSpec => ({
  mask: tokenMask(template.spec.picture, tokens),
  prompt: 'a red fox',
  seed: 7,
  ...(plan === undefined ? {} : { plan }),
});

async function latentsOf(engine: Engine, template: Template, edit: EditSpec): Promise<Float32Array> {
  await using running = await Edit.prepare(engine, template, edit);
  await runEdit(engine, running);
  return running.state.latents.slice();
}

function mixedPlan({ model }: Engine): Plan {
  const modes = (shift: number) =>
    model.denoiser.blocks.map((_, block) => (['full', 'kv', 'x'] as const)[(block + shift) % 3] ?? 'kv');
  return [modes(0), modes(1), modes(2)];
}

for (const storage of ['fp16', 'int8'] as const satisfies readonly StorageType[]) {
  test(`${storage}: cold, warm, recomputed, not kept and batched edits give the same bytes`, async () => {
    await using opened = await tinyEngine({ storage });
    const { engine } = opened;
    const blocks = engine.model.denoiser.blocks.length;
    for (const plan of [uniformPlan('kv', { steps: 3, blocks }), mixedPlan(engine)]) {
      await using cold = await tinyTemplate(engine, { kinds: allKinds });
      await using primed = await tinyTemplate(engine, { kinds: allKinds });
      await primed.prime();
      const edit = spec(cold, [1, 2, 6, 7, 13], plan);
      const first = await latentsOf(engine, cold, edit);
      assert.deepEqual(await latentsOf(engine, cold, edit), first);
      assert.deepEqual(await latentsOf(engine, primed, edit), first);
      await using other = await tinyTemplate(engine, { kinds: allKinds });
      assert.deepEqual(await latentsOf(engine, other, { ...edit, keeps: false }), first);

      await using member = await Edit.prepare(engine, primed, edit);
      await using mate = await Edit.prepare(engine, other, spec(other, [0, 4], plan));
      while (member.stepsDone < member.stepsTotal) {
        const items = [mate.nextItem(), member.nextItem()] as const;
        await engine.step(items);
        await mate.settle(items[0]);
        await member.settle(items[1]);
      }
      assert.deepEqual(member.state.latents.slice(), first);
    }
  });
}

test('stored in fewer bits an edit changes, by little', async () => {
  const results: Float32Array[] = [];
  for (const storage of ['fp32', 'fp16', 'int8'] as const) {
    await using opened = await tinyEngine({ storage });
    await using template = await tinyTemplate(opened.engine);
    results.push(await latentsOf(opened.engine, template, spec(template, [1, 2, 6])));
  }
  const [exact, half, eighth] = results.map((values) => distance(values, results[0] ?? values));
  assert.ok(exact === 0 && half !== undefined && eighth !== undefined);
  assert.ok(half > 0 && half < 0.002, `fp16 is off by ${half}`);
  assert.ok(eighth > half && eighth < 0.05, `int8 is off by ${eighth}`);
});

function distance(a: Float32Array, b: Float32Array): number {
  return Math.max(...a.map((value, at) => Math.abs(value - (b[at] ?? 0))));
}

test('chunks that fail, are late, or come while their block waits change no byte', async () => {
  await using opened = await tinyEngine({ storage: 'int8' });
  const { engine } = opened;
  await using template = await tinyTemplate(engine, { kinds: allKinds });
  await template.prime();
  const edit = spec(template, [3, 8, 9], mixedPlan(engine));
  const wanted = await latentsOf(engine, template, edit);
  const outcomes = ['ready', 'failed', 'late'] as const;
  for (let seed = 0; seed < 6; seed++) {
    await using running = await Edit.prepare(engine, template, edit);
    let recomputed = 0;
    while (running.stepsDone < running.stepsTotal) {
      const item = running.nextItem();
      assert.ok(item.source.kind === 'stored');
      const { shape, buffer, offsets } = item.source.step;
      const gate = ChunkGate.closed(offsets.length);
      const damaged = StepActivations.inOnePiece(shape);
      new Uint8Array(damaged.buffer).set(new Uint8Array(buffer, 0, damaged.buffer.byteLength));
      const comesLater: number[] = [];
      for (const chunk of offsets.keys()) {
        const outcome = outcomes[(chunk * 7 + seed + item.step) % 5];
        if (outcome === undefined) comesLater.push(chunk);
        else if (outcome !== 'ready') new Uint8Array(damaged.buffer, offsets[chunk], 64).fill(0xff);
        if (outcome === 'ready' || outcome === 'failed') gate.settle(chunk, outcome);
      }
      const step = { ...damaged.shared(), gate: gate.words };
      const stepped = engine.step([{ ...item, source: { ...item.source, step, deadlineMs: 20 } }]);
      for (const chunk of comesLater) gate.settle(chunk, 'ready');
      const report = await stepped;
      recomputed += report.blocksRecomputed;
      await running.settle(item, report);
    }
    assert.deepEqual(running.state.latents.slice(), wanted);
    assert.ok(recomputed > 0);
    assert.equal(running.cache === 'warm', false);
  }
});

test('a gate is told which chunks are used up, block by block', async () => {
  await using opened = await tinyEngine();
  await using template = await tinyTemplate(opened.engine);
  await template.prime();
  await using edit = await Edit.prepare(opened.engine, template, spec(template, [3]));
  const item = edit.nextItem();
  assert.ok(item.source.kind === 'stored');
  const { offsets } = item.source.step;
  const gate = ChunkGate.open(offsets.length);
  await opened.engine.step([{ ...item, source: { ...item.source, step: { ...item.source.step, gate: gate.words } } }]);
  assert.equal(await gate.usedUp(offsets.length, 0), true);
});

test('a thin variant serves the steps between kept ones, cold and warm alike', async () => {
  await using opened = await tinyEngine();
  const { engine } = opened;
  for (const strength of [1, 0.7]) {
    await using cold = await tinyTemplate(engine, { steps: 5, keepEvery: 2 });
    await using primed = await tinyTemplate(engine, { steps: 5, keepEvery: 2 });
    const done: number[] = [];
    await primed.prime({ onStep: (count) => done.push(count) });
    assert.deepEqual(done, [1, 2, 3]);
    const edit = { ...spec(cold, [1, 6, 7]), strength };
    const first = await latentsOf(engine, cold, edit);
    assert.deepEqual(await latentsOf(engine, primed, edit), first);
    assert.deepEqual(await latentsOf(engine, cold, { ...edit, keeps: false }), first);
    await using whole = await tinyTemplate(engine, { steps: 5 });
    assert.notDeepEqual(await latentsOf(engine, whole, edit), first);
  }
});

test('what is lent is given back, also when a step fails and when an edit is stopped', async () => {
  await using opened = await tinyEngine();
  const { engine } = opened;
  await using shapeOnly = await tinyTemplate(engine);
  let open = 0;
  class CountingKeeper extends MemoryKeeper {
    override borrow(...args: Parameters<MemoryKeeper['borrow']>) {
      return this.#counted(super.borrow(...args));
    }
    override room(...args: Parameters<MemoryKeeper['room']>) {
      return this.#counted(super.room(...args));
    }
    #counted(lent: ReturnType<MemoryKeeper['room']>) {
      if (lent === undefined) return undefined;
      open++;
      return { ...lent, release: () => void open-- };
    }
  }
  await using template = await tinyTemplate(engine, {}, new CountingKeeper(shapeOnly.shape));
  await latentsOf(engine, template, spec(template, [1]));
  await latentsOf(engine, template, spec(template, [2]));
  assert.equal(open, 0);
  const stop = new AbortController();
  const edit = await Edit.prepare(engine, template, spec(template, [2]));
  await assert.rejects(runEdit(engine, edit, { signal: stop.signal, onStep: () => stop.abort() }));
  const item = edit.nextItem();
  await assert.rejects(engine.step([{ ...item, modes: [] }]));
  await edit[Symbol.asyncDispose]();
  assert.equal(open, 0);
});
