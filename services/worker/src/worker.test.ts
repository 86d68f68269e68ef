import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { decodePicture } from '@instgenie/pictures';
import type { EditRequest } from '@instgenie/rpc';
import { temporaryFolder, testMask, testPicture, testRequest, WorkerProcess } from './testing.ts';
import { bytesDiffer } from './testing-pictures.ts';

const signal = new AbortController().signal;
const patient = { deadlineMs: 120_000, signal };
const long = 1000;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let worker: WorkerProcess;

before(async () => {
  folder = await temporaryFolder();
  worker = await WorkerProcess.start(folder.path, { set: ['edits.max=8'] });
});
after(async () => {
  await worker[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function failureOf(request: EditRequest, deadlineMs?: number): Promise<ServiceError> {
  try {
    for await (const _ of worker.edit(request, deadlineMs === undefined ? {} : { deadlineMs }));
  } catch (thrown) {
    assert.ok(thrown instanceof ServiceError);
    return thrown;
  }
  throw new Error('it did not fail');
}

test('an edit is queued, admitted, stepped and answered; cold first, then warm with the same bytes', async () => {
  const cold = await worker.result(await testRequest({ previews: 1, checkpointEvery: 2 }));
  assert.equal(cold.news[0]?.event, 'alive');
  assert.equal(cold.news.find(({ event }) => event !== 'alive')?.event, 'queued');
  const kinds = new Set(cold.news.map(({ event }) => event));
  for (const kind of ['queued', 'admitted', 'stepped', 'checkpoint', 'result'] as const)
    assert.ok(kinds.has(kind), kind);
  assert.equal(cold.result.cache, 'CACHE_OUTCOME_COLD');
  assert.ok((cold.result.chunks?.missed ?? 0) > 0);
  const warm = await worker.result(await testRequest({ editId: 'e2' }));
  assert.equal(warm.result.cache, 'CACHE_OUTCOME_WARM');
  assert.ok((warm.result.chunks?.memory ?? 0) > 0);
  assert.deepEqual(warm.result.picture, cold.result.picture);
  const painted = await decodePicture(warm.result.picture);
  const { inside, outside } = bytesDiffer(testPicture(), painted, testMask());
  assert.deepEqual([outside, inside > 0], [0, true]);
  const { timings, tokens, maskedTokens, isMixed, variant, variantBytes } = warm.result;
  assert.ok((timings?.totalMs ?? 0) >= (timings?.denoiseMs ?? 0));
  assert.deepEqual([tokens, maskedTokens, isMixed], [12, 6, false]);
  assert.match(variant, /^[0-9a-f]{64}$/);
  assert.ok(variantBytes > 0 && variantBytes === cold.result.variantBytes);
});

test('edits at once, of tenants that choose the same names, end with the bytes of edits alone', async () => {
  const alone = await worker.result(await testRequest({ editId: 'alone', seed: 3, steps: 8 }));
  const crowd = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map(async (tenant, index) =>
      worker.result(await testRequest({ tenant, editId: 'same', seed: 3, steps: 8, picture: 1 + (index % 2) })),
    ),
  );
  for (const [index, { result }] of crowd.entries()) {
    assert.equal(Buffer.compare(result.picture, alone.result.picture) === 0, index % 2 === 0);
  }
  // Tenants share nothing.
  assert.equal(new Set(crowd.map(({ result }) => result.variant)).size, 5);
});

test("a tenant uses the activations of another one only where the request says that they are that one's", async () => {
  const ask = async (editId: string, tenant: string, owner = '') => {
    const request = await testRequest({ editId, tenant, picture: 11 });
    return (await worker.result({ ...request, template: { ...request.template, owner } })).result;
  };
  const own = await ask('own', 'owner');
  const stranger = await ask('own', 'stranger');
  assert.deepEqual([own.cache, stranger.cache], ['CACHE_OUTCOME_COLD', 'CACHE_OUTCOME_COLD']);
  assert.notEqual(stranger.variant, own.variant);
  const granted = await ask('granted', 'stranger', 'owner');
  assert.deepEqual([granted.cache, granted.variant], ['CACHE_OUTCOME_WARM', own.variant]);
  assert.deepEqual(granted.picture, own.picture);
  assert.equal((await ask('again', 'owner', 'owner')).variant, own.variant);
});

test('edits that join a cold template while it is filled find every step that is behind the first one', async () => {
  const edits = await Promise.all(
    [1, 2, 3].map(async (seed) =>
      worker.result(await testRequest({ editId: `join${seed}`, seed, steps: 40, picture: 5 })),
    ),
  );
  assert.equal(new Set(edits.map(({ result }) => result.variant)).size, 1);
  const again = await worker.result(await testRequest({ editId: 'join', seed: 2, steps: 40, picture: 5 }));
  assert.equal(again.result.cache, 'CACHE_OUTCOME_WARM');
  assert.deepEqual(again.result.picture, edits[1]?.result.picture);
});

test('an edit without a mask of a picture that is not transparent is of all of it, dense, and keeps nothing', async () => {
  const request = await testRequest({ editId: 'whole', picture: 13, mask: Buffer.alloc(0) });
  const { result } = await worker.result(request);
  assert.deepEqual([result.cache, result.maskedTokens, result.variantBytes], ['CACHE_OUTCOME_DENSE', 12, 0]);
  const painted = await decodePicture(result.picture);
  const changed = testPicture(13).data.filter((byte, at) => byte !== painted.data[at]).length;
  assert.ok(changed > painted.data.length / 2);
  const dense = await worker.result({ ...request, dense: true });
  assert.deepEqual(dense.result.picture, result.picture);
  const { variants } = await worker.loadWhere(({ hasVariants }) => hasVariants);
  assert.ok(!variants.some(({ key }) => key === result.variant));
});

test('a result has the size that was asked for, and its mark; previews are as the picture', async () => {
  const request = await testRequest({ editId: 'sized', steps: 20, previews: 8, mark: true });
  const { result, news } = await worker.result({ ...request, size: { width: 32, height: 80 } });
  const { width, height } = await decodePicture(result.picture);
  assert.deepEqual([width, height, result.width, result.height], [32, 80, 32, 80]);
  assert.ok(result.picture.includes('digitalsourcetype/compositeWithTrainedAlgorithmicMedia'));
  for (const { preview } of news) {
    if (preview === null || preview === undefined) continue;
    assert.equal((await decodePicture(preview.picture)).height, 48);
    assert.ok(!preview.picture.includes('digitalsourcetype'));
  }
});

test('previews are whole pictures that change only inside the mask', async () => {
  const { news } = await worker.result(await testRequest({ editId: 'seen', steps: 100, previews: 8 }));
  const previews = news.flatMap(({ preview }) => preview ?? []);
  assert.ok(previews.length > 0);
  for (const { done, picture } of previews) {
    const { width, height } = await decodePicture(picture);
    assert.deepEqual([width, height, done > 0 && done < 100], [64, 48, true]);
  }
});

test('a template is primed for the edits to come, once', async () => {
  const { template } = await testRequest({ picture: 7 });
  const primed = async () => {
    const news = [];
    const request = { tenant: 'acme', template };
    for await (const each of worker.client.stream('Prime', request, patient)) news.push(each);
    return news;
  };
  assert.equal((await failureOf(await testRequest({ picture: 7, requireWarm: true }))).code, 'not-found');
  const first = await primed();
  assert.deepEqual([first.at(-1)?.done, first.at(-1)?.total], [4, 4]);
  assert.ok((first.at(-1)?.bytes ?? 0) > 0);
  assert.equal((await primed()).length, 1);
  const { result } = await worker.result(await testRequest({ picture: 7, requireWarm: true }));
  assert.deepEqual([result.cache, result.variant], ['CACHE_OUTCOME_WARM', first.at(-1)?.variant]);
});

test('a cancelled edit is gone, for its tenant only; and so is one whose caller has gone', async () => {
  const cancel = (tenant: string) => worker.client.unary('Cancel', { tenant, editId: 'long' }, patient);
  await assert.rejects(cancel('acme'), { code: 'not-found', field: 'edit_id' });
  const running = worker.edit(await testRequest({ editId: 'long', steps: long }));
  await assert.rejects(
    (async () => {
      for await (const { event } of running) {
        if (event !== 'stepped') continue;
        await assert.rejects(cancel('other'), { code: 'not-found' });
        await cancel('acme').catch(() => undefined);
      }
    })(),
    { code: 'cancelled' },
  );
  for await (const { event } of worker.edit(await testRequest({ editId: 'gone', steps: long }))) {
    if (event === 'stepped') break;
  }
  const load = await worker.loadWhere(({ edits }) => edits === 0);
  assert.equal(load.editBytes, 0);
  assert.equal(load.models[0]?.maskedTokenSteps, 0);
});

test('too many edits, and those that would be late, are refused with when to try again', async () => {
  const late = await failureOf(await testRequest({ editId: 'late', steps: long }), 400);
  assert.deepEqual([late.code, late.field], ['overloaded', 'deadline']);
  const ends = await Promise.allSettled(
    Array.from({ length: 12 }, async (_, index) =>
      worker.result(await testRequest({ editId: `many${index}`, seed: index })),
    ),
  );
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as ServiceError] : []));
  assert.ok(failures.length >= 1);
  for (const failure of failures) assert.deepEqual([failure.code, 'retryAfterMs' in failure], ['overloaded', true]);
  assert.ok(ends.some(({ status }) => status === 'fulfilled'));
});

test('a wrong request names its field', async () => {
  const good = await testRequest({ editId: 'wrong' });
  const { template } = good;
  const notAPicture = Buffer.from('<svg/>');
  const cases: readonly (readonly [field: string, request: EditRequest, code?: string])[] = [
    ['edit_id', { ...good, editId: '../x' }],
    ['edit_id', { ...good, editId: '' }],
    ['prompt', { ...good, prompt: 'x'.repeat(32_001) }],
    ['tenant', { ...good, tenant: 'x'.repeat(201) }],
    ['strength', { ...good, strength: 1.5 }],
    ['strength', { ...good, strength: Number.NaN }],
    ['priority', { ...good, priority: 77 as never }],
    ['grow', { ...good, grow: 1000 }],
    ['size.width', { ...good, size: { width: 15, height: 16 } }],
    ['size.height', { ...good, size: { width: 4096, height: 4097 } }],
    ['orphan_ms', { ...good, orphanMs: 60_001 }],
    ['previews', { ...good, previews: 9 }],
    ['template', { ...good, template: null }],
    ['template.steps', { ...good, template: { ...template, steps: 0 } }],
    ['template.guidance', { ...good, template: { ...template, guidance: -1 } }],
    ['template.picture', { ...good, template: { steps: 4 } }],
    ['template.stored', { ...good, template: { stored: '../../etc/passwd', picture: 'stored' } }],
    ['template.model', { ...good, template: { ...template, model: 'other' } }, 'not-found'],
    ['image', { ...good, template: { ...template, inline: notAPicture } }],
    ['mask', { ...good, mask: notAPicture }],
    ['picture', { ...good, template: { stored: 'a'.repeat(64), picture: 'stored' } }, 'unsupported'],
    ['resume.latents', { ...good, resume: { stepsDone: 1, latents: Buffer.alloc(3) } }],
    ['checkpoint', { ...good, resume: { stepsDone: 1, latents: Buffer.alloc(4) } }],
    ['checkpoint', { ...good, resume: { stepsDone: 99, latents: Buffer.alloc(6 * 4) } }],
  ];
  for (const [field, request, code = 'invalid'] of cases) {
    const failure = await failureOf(request);
    assert.deepEqual([failure.code, failure.field], [code, field], failure.message);
  }
  assert.equal((await worker.loadWhere(({ edits }) => edits === 0)).editBytes, 0);
});

test('the worker says what it has to do, holds and expects; metrics count what was asked', async () => {
  await worker.result(await testRequest({ editId: 'counted' }));
  const load = await worker.loadWhere(({ hasVariants }) => hasVariants);
  const [model] = load.models;
  assert.deepEqual(
    [load.worker, load.isServing, load.editsMax, model?.name, model?.isLoaded],
    ['w1', true, 8, 'tiny', true],
  );
  assert.ok(load.variants.length > 0);
  for (const { bytes, memoryBytes } of load.variants) assert.ok(memoryBytes > 0 && memoryBytes <= bytes);
  assert.deepEqual([model?.side, model?.defaultSteps, model?.textRows], [64, 4, 512]);
  assert.ok((model?.predictedMs ?? 0) > (model?.aroundMs ?? 0) / 2 && (model?.aroundMs ?? 0) > 0);
  assert.ok((model?.bytesOfToken ?? 0) > 0);
  const before = model?.stepsRun ?? 0;
  assert.ok(before > 0);
  await worker.result(await testRequest({ editId: 'stepped' }));
  const after = await worker.loadWhere(({ edits }) => edits === 0);
  assert.equal(after.models[0]?.stepsRun, before + 4);
  assert.ok((model?.compute?.startMs ?? -1) >= 0 && (model?.flopsOfRow ?? 0) > 0 && (model?.flopsOfPair ?? 0) > 0);
  assert.equal(load.store?.load.length, 3);
  const metrics = await worker.metrics();
  assert.match(metrics, /^instgenie_edits_total\{model="tiny",code="ok",cache="warm"\} [1-9]/m);
  assert.match(metrics, /^instgenie_edit_duration_seconds_bucket.* # \{traceId="[0-9a-f]{32}"/m);
  assert.match(metrics, /^instgenie_edits_here 0$/m);
  assert.ok(!worker.log.join().includes('a red fox'));
});
